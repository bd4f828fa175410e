package app.galion.cache;

import app.galion.spi.ComponentId;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes a cache's own threads: daemons that bear its name. */
final class CacheThreads {
  private static final int WORKERS = 8;
  private static final int QUEUE = 10_000;
  private static final long IDLE_SECONDS = 10;

  private final ComponentId id;

  CacheThreads(ComponentId id) {
    this.id = id;
  }

  ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("timer"));
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  ExecutorService workers() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            named("worker"));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private ThreadFactory named(String role) {
    return task -> {
      Thread thread = new Thread(task, "galion-cache-" + id.name() + "-" + role);
      thread.setDaemon(true);
      return thread;
    };
  }
}
