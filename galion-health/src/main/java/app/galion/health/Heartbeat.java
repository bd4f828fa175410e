package app.galion.health;

import app.galion.spi.Ticker;
import java.time.Duration;

/**
 * A check that a worker loop is alive: it calls {@link #beat()} on each round and {@link #idle()}
 * when it has nothing to do. Down with {@link ErrorCode#STALLED} when a beat is overdue; idle until
 * the first beat. Thread-safe, for one worker.
 */
public final class Heartbeat implements HealthCheck {

  private final long within;
  private final Ticker ticker;
  private volatile boolean working;
  private volatile long last;

  private Heartbeat(Duration within, Ticker ticker) {
    this.within = within.toNanos();
    this.ticker = ticker;
    if (this.within <= 0) {
      throw new IllegalArgumentException("within " + within + " must be > 0");
    }
  }

  /**
   * Returns a heartbeat by the system's ticker.
   *
   * @param within the longest time between two beats
   * @return the heartbeat
   */
  public static Heartbeat within(Duration within) {
    return within(within, Ticker.system());
  }

  /**
   * Returns a heartbeat.
   *
   * @param within the longest time between two beats
   * @param ticker the source of elapsed time
   * @return the heartbeat
   */
  public static Heartbeat within(Duration within, Ticker ticker) {
    return new Heartbeat(within, ticker);
  }

  /** Says that the worker is alive and at work. */
  public void beat() {
    last = ticker.read();
    working = true;
  }

  /** Says that the worker waits for work and need not beat until it has some. */
  public void idle() {
    working = false;
  }

  @Override
  public CheckResult check(Duration deadline) {
    if (!working) {
      return CheckResult.up();
    }
    long silent = ticker.read() - last;
    return silent >= within
        ? CheckResult.down(ErrorCode.STALLED, "no beat for " + silent / 1_000_000 + " ms")
        : CheckResult.up();
  }
}
