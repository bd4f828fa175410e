package app.galion.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that run at once; the first that fails fails the run. */
final class Threads {
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Threads(List<? extends Runnable> tasks) {
    for (Runnable task : tasks) {
      Thread thread = new Thread(task, "galion-load-" + threads.size());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((which, error) -> failure.compareAndSet(null, error));
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable error = failure.get();
    if (error != null) {
      throw new IllegalStateException("the run failed: " + error, error);
    }
  }
}
