package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Stale;
import app.galion.spi.StaleSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * What every {@link StaleSource} keeps; extend it and give it yours.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
public abstract class StaleSourceContract<K, V> {

  private static final long SECONDS = 10;

  /** For subclasses. */
  protected StaleSourceContract() {}

  /**
   * Returns a source that knows what {@link #known()} says and does not know {@link #unknown()}.
   *
   * @return the same or a new one
   */
  protected abstract StaleSource<K, V> source();

  /**
   * Returns what the source knows.
   *
   * @return a key and its last good value, which has an {@code equals}
   */
  protected abstract Map.Entry<K, V> known();

  /**
   * Returns what the source does not know.
   *
   * @return a key
   */
  protected abstract K unknown();

  @Test
  void knowsTheLastGoodValue() {
    Optional<Stale<V>> answer = answer(source().lastGood(known().getKey()));
    assertThat(answer).map(Stale::value).contains(known().getValue());
  }

  @Test
  void answersEmptyForWhatItDoesNotKnow() {
    assertThat(answer(source().lastGood(unknown()))).isEmpty();
  }

  @Test
  void knowsItAgainAndNoYounger() {
    StaleSource<K, V> source = source();
    Stale<V> first = answer(source.lastGood(known().getKey())).orElseThrow();
    Stale<V> second = answer(source.lastGood(known().getKey())).orElseThrow();
    assertThat(second.value()).isEqualTo(first.value());
    assertThat(second.age()).isGreaterThanOrEqualTo(first.age());
  }

  @Test
  void answersManyThreadsAtOnce() {
    StaleSource<K, V> source = source();
    Threads.together(
        () -> assertThat(answer(source.lastGood(known().getKey()))).as("an answer").isPresent());
  }

  private static <T> T answer(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for an answer", e);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new AssertionError("completed exceptionally: " + e.getCause(), e.getCause());
    }
  }
}
