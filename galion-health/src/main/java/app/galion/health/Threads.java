package app.galion.health;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Daemon threads that end when idle. */
final class Threads {

  private static final long IDLE_SECONDS = 30;

  private Threads() {}

  static Thread daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }

  static ThreadPoolExecutor single(String name, int queued) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(queued),
            body -> daemon(name, body));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
