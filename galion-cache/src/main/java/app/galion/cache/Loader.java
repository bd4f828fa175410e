package app.galion.cache;

import org.jspecify.annotations.Nullable;

/**
 * Loads a value that the cache does not hold. It runs on the thread that called {@code get}, except
 * when a value is refreshed in the background.
 *
 * <p>It must not ask the same cache for the same key. Of concurrent calls for one key, one runs.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
@FunctionalInterface
public interface Loader<K, V> {

  /**
   * Loads the value of a key.
   *
   * @param key the key
   * @return the value, or null if there is none, which is remembered for {@code negativeFor}
   * @throws Exception if it fails; an unchecked error reaches the caller as it is, a checked one as
   *     the cause of a {@link LoadException}
   */
  @Nullable V load(K key) throws Exception;
}
