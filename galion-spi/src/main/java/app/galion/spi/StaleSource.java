package app.galion.spi;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Answers with the last good value of a key, fresh or not. For a circuit that has no cache in front
 * of it; a cache implements it.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
@FunctionalInterface
public interface StaleSource<K, V> {

  /**
   * Looks up the last good value. Never blocks and never throws; trouble on the way is an empty
   * answer.
   *
   * @param key the key
   * @return completes with the value and its age, or empty; never exceptionally
   */
  CompletionStage<Optional<Stale<V>>> lastGood(K key);

  /**
   * Returns the source that knows nothing.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @return a source that always answers empty
   */
  static <K, V> StaleSource<K, V> none() {
    return key -> CompletableFuture.completedFuture(Optional.empty());
  }
}
