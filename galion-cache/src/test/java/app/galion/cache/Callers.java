package app.galion.cache;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Callers with a thread each: the common pool has one thread on small machines, and these block.
 */
final class Callers {

  private static final Set<Thread> RUNNING = ConcurrentHashMap.newKeySet();

  private static final Executor THREADS =
      task -> {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    task.run();
                  } finally {
                    RUNNING.remove(Thread.currentThread());
                  }
                },
                "caller");
        thread.setDaemon(true);
        RUNNING.add(thread);
        thread.start();
      };

  private Callers() {}

  static <T> CompletableFuture<T> supplyAsync(Supplier<T> call) {
    return CompletableFuture.supplyAsync(call, THREADS);
  }

  /** Whether all callers that have not ended wait for something, but for the current thread. */
  static boolean allWait() {
    return RUNNING.stream()
        .allMatch(
            thread ->
                thread == Thread.currentThread() || thread.getState() == Thread.State.WAITING);
  }

  /** Whether that many have not ended. */
  static boolean areThere(int number) {
    return RUNNING.size() == number;
  }
}
