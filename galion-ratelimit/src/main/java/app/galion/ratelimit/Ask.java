package app.galion.ratelimit;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request on its way to Redis. Whoever takes it first, the batch or the caller whose deadline
 * has passed, has it: what the caller gave up before it was sent is never sent.
 */
final class Ask extends Question {

  private static final long[] NOT_A_REFUND = {};

  final LimitKey[] keys;
  final long cost;

  /** For a refund, when each key was charged. */
  final long[] chargedAt;

  private final AtomicBoolean taken = new AtomicBoolean();

  private Ask(LimitKey[] keys, long cost, long[] chargedAt) {
    this.keys = keys;
    this.cost = cost;
    this.chargedAt = chargedAt;
  }

  static Ask charge(LimitKey[] keys, long cost) {
    return new Ask(keys, cost, NOT_A_REFUND);
  }

  static Ask refund(LimitKey[] keys, long cost, long[] chargedAt) {
    return new Ask(keys, cost, chargedAt);
  }

  boolean isRefund() {
    return chargedAt.length > 0;
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
