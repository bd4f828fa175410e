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
  final transient Uses uses = new Uses();
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

  /** The limit to wait longest for, -1 if the cost passes. */
  int denier(long cost, long now) {
    long wait = 0;
    int denier = -1;
    for (int i = 0; i < limits.length; i++) {
      long until = limits[i].waitFor(cost, now);
      if (until > wait) {
        wait = until;
        denier = i;
      }
    }
    return denier;
  }

  /**
   * Charges every limit, unless the cost is 0, and says how they stand then: from {@code at} on,
   * what remains and the nanoseconds until all is free. Answers where the next figure goes.
   */
  int charge(long cost, long now, long[] figures, int at) {
    int next = at;
    for (LocalLimit each : limits) {
      if (cost > 0) {
        each.charge(cost, now);
      }
      figures[next++] = each.remaining(now);
      figures[next++] = each.resetNanos(now);
    }
    return next;
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

  /*
   * Whole numbers are taken over. What an old bucket or log had used is in other units: the new one
   * starts empty rather than full.
   */
  void succeed(LocalKey old, long now) {
    old.lock();
    try {
      LocalLimit before = old.limits[0];
      for (LocalLimit limit : limits) {
        if (limit instanceof LocalPermits) {
          limit.charge(before instanceof LocalPermits permits ? permits.held() : 0, now);
        } else if (limit instanceof LocalWindow && before instanceof LocalWindow window) {
          limit.charge(window.used(), now);
        } else {
          limit.charge(limit.remaining(now), now);
        }
      }
    } finally {
      old.unlock();
    }
  }
}
