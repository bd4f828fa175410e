package app.galion.testkit;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits in tests for what happens on other threads or in other processes, by asking repeatedly. */
public final class Await {

  private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();

  private Await() {}

  /** A question that is asked until the answer is yes. */
  @FunctionalInterface
  public interface Condition {

    /**
     * Asks.
     *
     * @return whether what is awaited is there
     * @throws Exception counts as "not yet"; the last one becomes the cause of the failure
     */
    boolean holds() throws Exception;
  }

  /**
   * Waits until a condition holds, asking about every 5 ms.
   *
   * @param what what is awaited, for the failure's message
   * @param within how long to wait
   * @param condition the question; an exception of it, or an assertion's error, means "not yet"
   * @throws AssertionError if the time is over first
   * @throws IllegalStateException if the thread is interrupted, whose interrupt flag stays set
   */
  public static void until(String what, Duration within, Condition condition) {
    requireNonNull(condition, "condition");
    value(what, within, () -> condition.holds() ? Boolean.TRUE : null);
  }

  /**
   * Waits until there is a value, asking about every 5 ms.
   *
   * @param <T> the value's type
   * @param what what is awaited, for the failure's message
   * @param within how long to wait
   * @param source the question; null, an exception of it, or an assertion's error, means "not yet"
   * @return the first value that is not null
   * @throws AssertionError if the time is over first
   * @throws IllegalStateException if the thread is interrupted, whose interrupt flag stays set
   */
  public static <T> T value(String what, Duration within, Callable<? extends @Nullable T> source) {
    requireNonNull(what, "what");
    requireNonNull(source, "source");
    Ticker ticker = Ticker.system();
    long start = ticker.read();
    for (int asked = 1; ; asked++) {
      Throwable trouble = null;
      try {
        T value = source.call();
        if (value != null) {
          return value;
        }
      } catch (Exception | AssertionError e) {
        trouble = e;
      }
      if (ticker.read() - start >= within.toNanos()) {
        throw new AssertionError(
            "not within " + within.toMillis() + " ms, asked " + asked + " times: " + what, trouble);
      }
      LockSupport.parkNanos(POLL_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted while waiting for: " + what, trouble);
      }
    }
  }
}
