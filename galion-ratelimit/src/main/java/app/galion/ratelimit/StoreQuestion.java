package app.galion.ratelimit;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A decision that a store is asked for; what its caller gave up before is never asked. */
final class StoreQuestion extends Question {

  final Request request;
  private final AtomicBoolean taken = new AtomicBoolean();

  StoreQuestion(Request request) {
    this.request = request;
  }

  /** Takes it, for asking or for giving up. */
  boolean take() {
    return taken.compareAndSet(false, true);
  }

  @Override
  void withdraw() {
    if (take()) {
      completeExceptionally(new CancellationException("the caller has gone"));
    }
  }
}
