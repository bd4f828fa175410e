package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Callers with a thread each: the common pool has one thread on small machines, and these block.
 */
final class Callers {

  private static final Executor THREADS =
      task -> {
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        thread.start();
      };

  private Callers() {}

  static <T> CompletableFuture<T> supplyAsync(Supplier<T> call) {
    return CompletableFuture.supplyAsync(call, THREADS);
  }
}
