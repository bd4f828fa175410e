package app.galion.ratelimit;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request on its way to Redis. Whoever takes it first, the batch or the caller whose deadline
 * has passed, has it: what the caller gave up before it was sent is never sent.
 */
final class Ask extends Question {

  final Request request;

  final long deadlineNanos;

  /** Whether it was sent before, with another estimate of the server's clock. */
  final boolean again;

  /** How long an admitted one of a line waits for its start. */
  volatile long waitNanos;

  private final AtomicBoolean taken = new AtomicBoolean();

  Ask(Request request) {
    this(request, request.deadlineNanos(), false);
  }

  Ask(Request request, long deadlineNanos, boolean again) {
    this.request = request;
    this.deadlineNanos = deadlineNanos;
    this.again = again;
  }

  /** Takes it, for sending or for giving up. */
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
