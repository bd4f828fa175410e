package app.galion.cache;

import java.util.Map;
import java.util.Set;

/**
 * Loads the values of many keys at once. It runs on the thread that called {@code getAll}, except
 * when a value is refreshed in the background.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
@FunctionalInterface
public interface BulkLoader<K, V> {
  /**
   * Loads values.
   *
   * @param keys the keys, at least one
   * @return values by key; a key that is missing has none, which is remembered for {@code
   *     negativeFor}
   * @throws Exception if it fails, which fails all the keys; as for {@link Loader}
   */
  Map<? extends K, ? extends V> loadAll(Set<K> keys) throws Exception;
}
