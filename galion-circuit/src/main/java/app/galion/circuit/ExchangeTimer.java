package app.galion.circuit;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/*
 * Wakes exchanges at their limits. Its one daemon thread starts with the first call and ends by
 * itself when nothing has been waiting for a while, so a circuit needs no close.
 */
final class ExchangeTimer {

  private static final long IDLE_SECONDS = 10;

  private final ScheduledThreadPoolExecutor executor;

  ExchangeTimer(String circuit) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "galion-circuit-" + circuit + "-timer");
              thread.setDaemon(true);
              return thread;
            });
    executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setRemoveOnCancelPolicy(true);
  }

  Future<?> in(long nanos, Runnable task) {
    return executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  void once(long nanos, Runnable task) {
    Future<?> unused = in(nanos, task);
  }
}
