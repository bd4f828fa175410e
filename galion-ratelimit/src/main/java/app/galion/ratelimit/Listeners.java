package app.galion.ratelimit;

import app.galion.spi.ComponentId;
import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Calls the listeners of a limiter, one after the other on a thread of their own, so that none can
 * hold up or break a decision. The thread starts with the first call.
 */
final class Listeners {

  private static final System.Logger LOG = System.getLogger(RateLimiter.class.getName());
  private static final int MOST_WAITING = 1_024;
  private static final long IDLE_SECONDS = 60;

  private final ComponentId id;
  private final Counters counters;
  private final ThreadPoolExecutor thread;
  private final AtomicBoolean logged = new AtomicBoolean();

  Listeners(ComponentId id, Counters counters) {
    this.id = id;
    this.counters = counters;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            work -> {
              Thread made = new Thread(work, "galion-ratelimit-" + id.name() + "-listener");
              made.setDaemon(true);
              return made;
            },
            (work, full) -> {
              if (!full.isShutdown()) {
                counters.dropped.increment();
              }
            });
    thread.allowCoreThreadTimeOut(true);
  }

  <T> void call(Consumer<? super T> listener, Supplier<T> what) {
    thread.execute(() -> guarded(listener, what));
  }

  private <T> void guarded(Consumer<? super T> listener, Supplier<T> what) {
    try {
      listener.accept(what.get());
    } catch (Throwable e) { // a listener may throw anything
      counters.listenerFailures.increment();
      if (logged.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING,
            id + " has a listener that throws; decisions go on, and this is logged once",
            e);
      }
    }
  }

  /** Drops what waits and interrupts what runs. */
  void close() {
    thread.shutdownNow();
  }
}
