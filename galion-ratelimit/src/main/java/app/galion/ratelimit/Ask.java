package app.galion.ratelimit;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request on its way to Redis. Whoever takes it first, the batch or the caller whose deadline
 * has passed, has it: what the caller gave up before it was sent is never sent.
 */
final class Ask extends Question {

  final Request request;

  private final AtomicBoolean taken = new AtomicBoolean();

  Ask(Request request) {
    this.request = request;
  }

  /** Takes it, for sending or for giving up. */
  boolean take() {
    return taken.compareAndSet(false, true);
  }

  @Override
  void withdraw() {
    take();
  }
}
