package app.galion.redis;

import app.galion.spi.ComponentId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one thread on which a link's connections come and go. */
final class Keeper {

  private static final Logger LOG = System.getLogger("app.galion.redis");

  private final ComponentId id;
  private final ScheduledThreadPoolExecutor thread;

  Keeper(ComponentId id, ThreadFactory threads) {
    this.id = id;
    thread = new ScheduledThreadPoolExecutor(1, threads);
    thread.setRemoveOnCancelPolicy(true);
  }

  /* Does nothing once the link is closed. */
  void run(Runnable work) {
    runAfter(0, work);
  }

  void runAfter(long nanos, Runnable work) {
    try {
      Future<?> unused = thread.schedule(() -> guarded(work), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      if (!thread.isShutdown()) {
        throw e;
      }
    }
  }

  void runEvery(long nanos, Runnable work) {
    Future<?> unused =
        thread.scheduleWithFixedDelay(() -> guarded(work), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, id + " could not keep its connections", e);
    }
  }

  /* Does this last, and then nothing more. */
  void close(Runnable last) {
    Future<?> done = thread.submit(() -> guarded(last));
    try {
      done.get(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.WARNING, id + " is closed before its connections are", e);
    } finally {
      thread.shutdownNow();
    }
  }
}
