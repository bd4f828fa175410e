package app.galion.cache;

import org.jspecify.annotations.Nullable;

/**
 * Loads a value and says how to keep it. Otherwise as {@link Loader}.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
@FunctionalInterface
public interface ContextLoader<K, V> {
  /**
   * Loads the value of a key.
   *
   * @param key the key
   * @param context takes what is to be known about the value; of use during this call only
   * @return the value, or null if there is none
   * @throws Exception if it fails
   */
  @Nullable V load(K key, LoadContext<V> context) throws Exception;
}
