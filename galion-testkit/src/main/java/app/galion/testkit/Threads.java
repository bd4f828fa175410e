package app.galion.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Several threads that start the same work at the same moment. */
final class Threads {

  private static final int COUNT = 8;
  private static final Duration WITHIN = Duration.ofSeconds(30);

  private Threads() {}

  /** Returns when all have ended; throws what one of them threw. */
  static void together(Runnable work) {
    CountDownLatch go = new CountDownLatch(1);
    List<FutureTask<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                go.await();
                work.run();
                return true;
              });
      Thread thread = new Thread(task, "galion-testkit-contract-" + i);
      thread.setDaemon(true);
      thread.start();
      tasks.add(task);
    }
    go.countDown();
    try {
      for (FutureTask<Boolean> task : tasks) {
        task.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException e) {
      throw new AssertionError("on one of " + COUNT + " threads: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(COUNT + " threads did not end within " + WITHIN, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + COUNT + " threads work", e);
    }
  }
}
