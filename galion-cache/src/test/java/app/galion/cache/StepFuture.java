package app.galion.cache;

import java.util.concurrent.CompletableFuture;

/**
 * A future of the model test, and whatever is derived from it: a thread that waits for it says so,
 * so that the scheduler knows when everything stands still.
 */
final class StepFuture<T> extends CompletableFuture<T> {

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new StepFuture<>();
  }

  @Override
  public T join() {
    if (!isDone()) {
      ModelCaller caller = ModelCaller.current();
      caller.waitsFor(this);
      try {
        return super.join();
      } finally {
        caller.goesOn();
      }
    }
    return super.join();
  }
}
