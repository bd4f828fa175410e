package app.galion.cache;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Threads that do something again and again, with a pause after each, until closed. */
final class Load implements AutoCloseable {
  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

  private final List<CompletableFuture<Boolean>> workers = new ArrayList<>();
  private volatile boolean over;

  Load run(Runnable action) {
    workers.add(
        Callers.supplyAsync(
            () -> {
              while (!over) {
                action.run();
                LockSupport.parkNanos(PAUSE_NANOS);
              }
              return true;
            }));
    return this;
  }

  /** Lets time pass. */
  static void passes(Duration time) {
    long until = Ticker.system().read() + time.toNanos();
    Await.until(
        "the time is over", time.plus(Nodes.PATIENCE), () -> Ticker.system().read() - until >= 0);
  }

  /** Ends the threads; throws what one of them threw. */
  @Override
  public void close() {
    over = true;
    workers.forEach(CompletableFuture::join);
  }
}
