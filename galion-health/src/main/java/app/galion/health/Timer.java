package app.galion.health;

import static java.lang.System.Logger.Level.ERROR;

import app.galion.spi.Ticker;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** The one thread that starts checks and notices deadlines. */
final class Timer implements Runnable {

  private static final long LONGEST = 1_000_000_000;
  private static final long LONGEST_BY_FOREIGN_TICKER = 10_000_000;
  private static final long SHORTEST = 1_000_000;
  private static final System.Logger LOG = System.getLogger(Timer.class.getName());

  private final LongSupplier turn;
  private final long longest;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Creates a timer; {@code turn} does what is due and returns the nanoseconds until the next.
   *
   * <p>A ticker that is not the system's may leap at any moment, so the thread looks often.
   */
  Timer(String service, Ticker ticker, LongSupplier turn) {
    this.turn = turn;
    this.longest = ticker == Ticker.system() ? LONGEST : LONGEST_BY_FOREIGN_TICKER;
    this.thread = Threads.daemon("galion-health-" + service + "-timer", this);
  }

  void start() {
    thread.start();
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  void close() {
    closed = true;
    wake();
  }

  @Override
  public void run() {
    while (!closed) {
      long wait;
      try {
        wait = turn.getAsLong();
      } catch (RuntimeException | Error thrown) {
        LOG.log(ERROR, thread.getName() + " failed and goes on", thrown);
        wait = LONGEST;
      }
      LockSupport.parkNanos(this, Math.max(SHORTEST, Math.min(longest, wait)));
    }
  }
}
