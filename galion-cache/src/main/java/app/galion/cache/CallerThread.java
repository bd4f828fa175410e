package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs the steps of one call on the thread that made it, while that thread waits for the end. */
@SuppressWarnings("FutureReturnValueIgnored") // errors come out of what await returns
final class CallerThread implements Executor {
  private final ConcurrentLinkedQueue<Runnable> steps = new ConcurrentLinkedQueue<>();
  private final Thread caller = Thread.currentThread();
  private volatile @Nullable CompletableFuture<?> awaited;

  @Override
  public void execute(Runnable step) {
    steps.add(step);
    wake();
  }

  private void wake() {
    if (Thread.currentThread() != caller) {
      LockSupport.unpark(caller);
    }
  }

  /** Waits; an interrupt does not cut it short, but the steps, such as the loader, see it. */
  <T> T await(CompletableFuture<T> end) {
    return await(end, () -> {});
  }

  /**
   * Waits.
   *
   * @param idle runs whenever there is no step to run
   */
  <T> T await(CompletableFuture<T> end, Runnable idle) {
    awaited = end;
    if (end.isDone()) {
      return result(end);
    }
    end.whenComplete((value, error) -> wake());
    boolean interrupted = false;
    try {
      while (!end.isDone()) {
        Runnable step = steps.poll();
        if (step != null) {
          if (interrupted) {
            caller.interrupt();
            interrupted = false;
          }
          step.run();
          continue;
        }
        idle.run();
        if (steps.isEmpty() && !end.isDone()) {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return result(end);
  }

  /**
   * Whether the caller has nothing to run and nothing to return, so that it waits, or soon will.
   */
  boolean still() {
    CompletableFuture<?> end = awaited;
    return steps.isEmpty() && end != null && !end.isDone();
  }

  /** The result of what is done; its error as it is. */
  static <T> T result(CompletableFuture<T> done) {
    try {
      return done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }
}
