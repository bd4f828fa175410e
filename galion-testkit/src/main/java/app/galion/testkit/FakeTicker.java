package app.galion.testkit;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A ticker that moves only when told to. It starts a minute below zero, so that code which takes 0
 * for "never" or a reading for an absolute time fails its test. Thread-safe.
 */
public final class FakeTicker implements Ticker {

  private final AtomicLong now;

  /** Creates a ticker that starts a minute below zero. */
  public FakeTicker() {
    this(-Duration.ofMinutes(1).toNanos());
  }

  private FakeTicker(long start) {
    now = new AtomicLong(start);
  }

  /**
   * Creates a ticker with a start of the test's choice, for instance just below {@link
   * Long#MAX_VALUE} to see a component live through the overflow.
   *
   * @param nanos the first reading
   * @return a new ticker
   */
  public static FakeTicker startingAt(long nanos) {
    return new FakeTicker(nanos);
  }

  @Override
  public long read() {
    return now.get();
  }

  /**
   * Moves time forward.
   *
   * @param step by how much, at least zero
   * @throws IllegalArgumentException if the step is negative: elapsed time never runs backwards
   */
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("step " + step + " must be >= 0");
    }
    now.addAndGet(step.toNanos());
  }

  @Override
  public String toString() {
    return "FakeTicker(" + now.get() + " ns)";
  }
}
