package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread of the model test that makes one blocking call; it runs only while all else waits. */
final class ModelCaller extends Thread {
  final ModelOp op;
  private volatile @Nullable CompletableFuture<?> waitsFor;
  private final Runnable call;
  private volatile boolean finished;
  private volatile @Nullable Throwable failure;

  ModelCaller(ModelOp op, Runnable call) {
    super("model-caller");
    this.op = op;
    this.call = call;
    setDaemon(true);
    setUncaughtExceptionHandler((thread, error) -> failure = error);
  }

  static ModelCaller current() {
    if (Thread.currentThread() instanceof ModelCaller caller) {
      return caller;
    }
    throw new IllegalStateException(
        Thread.currentThread() + " would wait for what only itself can bring about");
  }

  /** The operation that the current thread performs, if it is one of these. */
  static @Nullable ModelOp currentOp() {
    return Thread.currentThread() instanceof ModelCaller caller ? caller.op : null;
  }

  void waitsFor(CompletableFuture<?> future) {
    waitsFor = future;
  }

  void goesOn() {
    waitsFor = null;
  }

  @Override
  public void run() {
    call.run();
    finished = true;
  }

  /** Waits until the thread waits for the scheduler, or has ended. */
  void awaitStill() {
    while (true) {
      CompletableFuture<?> on = waitsFor;
      if (finished || (on != null && !on.isDone())) {
        return;
      }
      /* parked before and after it was seen to have nothing to run, so it had not just taken that */
      if (LockSupport.getBlocker(this) instanceof CallerThread parked
          && parked.still()
          && LockSupport.getBlocker(this) == parked) {
        return;
      }
      Throwable error = failure;
      if (error != null) {
        throw new AssertionError(op + " threw", error);
      }
      Thread.yield();
    }
  }

  boolean finished() {
    return finished;
  }
}
