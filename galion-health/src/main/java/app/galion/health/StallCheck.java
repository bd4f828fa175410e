package app.galion.health;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Puts one empty task at a time into an executor and watches how long it waits. */
final class StallCheck implements HealthCheck {

  private final Executor executor;
  private final long within;
  private final Ticker ticker;
  private volatile boolean waiting;
  private volatile long since;

  StallCheck(Executor executor, Duration within, Ticker ticker) {
    this.executor = requireNonNull(executor, "executor");
    this.within = within.toNanos();
    this.ticker = ticker;
    if (this.within <= 0) {
      throw new IllegalArgumentException("within " + within + " must be > 0");
    }
  }

  @Override
  public CheckResult check(Duration deadline) {
    long now = ticker.read();
    if (waiting) {
      long waited = now - since;
      return waited >= within
          ? CheckResult.down(
              ErrorCode.STALLED, "a task has waited " + waited / 1_000_000 + " ms for a thread")
          : CheckResult.up();
    }
    since = now;
    waiting = true;
    try {
      executor.execute(() -> waiting = false);
    } catch (RejectedExecutionException full) {
      waiting = false;
      return CheckResult.down(ErrorCode.STALLED, Failures.describe(full));
    } catch (RuntimeException | Error thrown) {
      waiting = false;
      throw thrown;
    }
    return CheckResult.up();
  }
}
