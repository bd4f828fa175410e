package app.galion.cache;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Loads a value without holding a thread. It is called on the cache's executor.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
@FunctionalInterface
public interface AsyncLoader<K, V> {

  /**
   * Starts to load the value of a key.
   *
   * @param key the key
   * @return completes with the value, or with null if there is none
   * @throws Exception if it cannot even start
   */
  CompletionStage<? extends @Nullable V> load(K key) throws Exception;
}
