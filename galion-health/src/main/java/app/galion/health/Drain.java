package app.galion.health;

import static java.lang.System.Logger.Level.WARNING;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.function.IntSupplier;

/** The clock of a drain: a delay, then the wait for what is in flight. Latched. */
final class Drain {

  private static final System.Logger LOG = System.getLogger(Drain.class.getName());

  private final Ticker ticker;
  private final long delay;
  private final long limit;
  private final IntSupplier inFlight;
  private volatile boolean draining;
  private volatile boolean warned;
  private long startedAt;

  Drain(Ticker ticker, Duration delay, Duration timeout, IntSupplier inFlight) {
    this.ticker = ticker;
    this.delay = delay.toNanos();
    this.limit = this.delay + timeout.toNanos();
    this.inFlight = inFlight;
  }

  synchronized void start() {
    if (!draining) {
      startedAt = ticker.read();
      draining = true;
    }
  }

  /** Whether the wait has ended, drained or not. */
  boolean over() {
    DrainState state = state();
    return state.drained() || (draining && state.elapsedNanos() >= limit);
  }

  DrainState state() {
    int running = running();
    if (!draining) {
      return new DrainState(false, false, running, 0);
    }
    long elapsed = ticker.read() - startedAt;
    return new DrainState(true, elapsed >= delay && running == 0, running, elapsed);
  }

  private int running() {
    try {
      return Math.max(0, inFlight.getAsInt());
    } catch (RuntimeException | Error thrown) {
      if (!warned) {
        warned = true;
        LOG.log(WARNING, "the number of requests in flight cannot be read, taken as 0", thrown);
      }
      return 0;
    }
  }
}
