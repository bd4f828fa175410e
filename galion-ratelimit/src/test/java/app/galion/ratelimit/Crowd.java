package app.galion.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Threads that start together. */
final class Crowd {

  private Crowd() {}

  /** Runs each thread's task a number of times and collects all results. */
  static <T> List<T> run(int threads, int times, IntFunction<Callable<T>> taskOfThread)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<List<T>>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Callable<T> task = taskOfThread.apply(i);
        running.add(
            pool.submit(
                () -> {
                  List<T> results = new ArrayList<>();
                  start.await();
                  for (int n = 0; n < times; n++) {
                    results.add(task.call());
                  }
                  return results;
                }));
      }
      List<T> all = new ArrayList<>();
      for (Future<List<T>> each : running) {
        all.addAll(each.get());
      }
      return all;
    } finally {
      pool.shutdownNow();
    }
  }
}
