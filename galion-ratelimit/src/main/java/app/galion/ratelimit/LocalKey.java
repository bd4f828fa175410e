package app.galion.ratelimit;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The limits of one key in this process. Whoever looks or writes holds the lock; who needs several
 * keys locks them by their number.
 */
final class LocalKey extends ReentrantLock {

  private static final long serialVersionUID = 1L;
  private static final AtomicLong MADE = new AtomicLong();

  final long number = MADE.getAndIncrement();
  final transient RatePolicy policy;
  final transient LocalLimit[] limits;
  private int nodes;

  LocalKey(RatePolicy policy, int nodes, long now, InstantSource clock) {
    this.policy = policy;
    this.nodes = nodes;
    this.limits =
        policy.limits().stream()
            .map(limit -> local(limit, nodes, now, clock))
            .toArray(LocalLimit[]::new);
  }

  private static LocalLimit local(Limit limit, int nodes, long now, InstantSource clock) {
    return switch (limit.kind()) {
      case TOKEN_BUCKET -> new LocalBucket(limit, nodes, now);
      case SLIDING_LOG -> new LocalLog(limit, nodes);
      case CONCURRENCY -> new LocalPermits(limit, nodes);
      case CALENDAR -> new LocalWindow(limit, nodes, clock);
    };
  }

  boolean isOf(RatePolicy other) {
    return policy.sameLimits(other);
  }

  int nodes() {
    return nodes;
  }

  void share(int share, long now) {
    if (nodes != share) {
      for (LocalLimit limit : limits) {
        limit.share(share, now);
      }
      nodes = share;
    }
  }

  /* What the old policy had used is in other units: the new one starts empty rather than full. */
  void empty(long now) {
    for (LocalLimit limit : limits) {
      limit.charge(limit.remaining(now), now);
    }
  }
}
