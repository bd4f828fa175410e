package app.galion.ratelimit;

/*
 * The script's token bucket with nanoseconds for microseconds: 1000 units where the script has one, of
 * which R come back each nanosecond, or each N nanoseconds for a share of 1/N. All fits a long.
 */
final class LocalBucket implements LocalLimit {

  private final Limit limit;
  private final long token;
  private final long refill;
  private long full;
  private long capacity;
  private int nodes;
  private long deficit;
  private long at;

  /** When the last in line starts. */
  private long due;

  LocalBucket(Limit limit, int nodes, long now) {
    this.limit = limit;
    this.token = limit.unit() * 1_000;
    this.refill = Math.max(1, limit.refill());
    this.nodes = nodes;
    this.capacity = capacity(nodes);
    this.full = capacity * token;
    this.at = now;
    this.due = now;
  }

  private long capacity(int nodes) {
    return Math.max(1, limit.capacity() / nodes);
  }

  @Override
  public long waitFor(long cost, long now) {
    refill(now);
    if (cost == 0) {
      return 0;
    }
    if (cost > capacity) {
      // only another share, or Redis, can admit it: ask again when the bucket is full, at most once
      // each period
      return Math.max(resetNanos(now), limit.periodMicros() * 1_000);
    }
    long over = deficit - full + cost * token;
    return over <= 0 ? 0 : nanosFor(over) - (now - at);
  }

  @Override
  public void charge(long cost, long now) {
    refill(now);
    long charged = deficit + times(cost, token);
    deficit = charged < 0 ? Long.MAX_VALUE : charged;
  }

  /** Whether there may be room for the cost at that time; it is far off where a long overflows. */
  boolean queues(long cost, long wait) {
    return cost <= capacity && wait < (Long.MAX_VALUE / 2 - full) / refill;
  }

  /** Charges for a later start. Answers what {@link #leave} needs. */
  long[] queue(long cost, long wait, long now) {
    refill(now);
    long before = deficit;
    // whatever would be refilled above full until the start is lost, as without the request
    deficit = Math.max(deficit, (now + wait - at) / nodes * refill) + cost * token;
    due = Math.max(due, now + wait);
    return new long[] {at, before, deficit, nodes};
  }

  /** Takes a queued charge back if nothing was charged after it. */
  void leave(long[] queued, long now) {
    refill(now);
    long back = (at - queued[0]) / nodes * refill;
    if (nodes == queued[3] && deficit > 0 && deficit == queued[2] - back) {
      deficit = Math.max(0, queued[1] - back);
    }
  }

  @Override
  public void refund(long cost, long chargedAt, long now) {
    refill(now);
    if (due - now > 0) {
      // those who wait were told when to start
      return;
    }
    long owed = times(cost, token);
    long age = Math.max(0, (at - chargedAt) / nodes);
    if (age < ceilDiv(owed, refill)) {
      deficit = Math.max(0, deficit - (owed - age * refill));
    }
  }

  @Override
  public long remaining(long now) {
    refill(now);
    return deficit >= full ? 0 : (full - deficit) / token;
  }

  @Override
  public long resetNanos(long now) {
    refill(now);
    return deficit == 0 ? 0 : nanosFor(deficit) - (now - at);
  }

  @Override
  public void lower(long remaining, long now) {
    refill(now);
    deficit = Math.max(deficit, full - Math.min(remaining, capacity) * token);
  }

  @Override
  public void clear(long now) {
    deficit = 0;
    at = now;
    due = now;
  }

  /** A larger share fills up from what this one held. */
  @Override
  public void share(int nodes, long now) {
    refill(now);
    long free = full - deficit;
    this.nodes = nodes;
    capacity = capacity(nodes);
    full = capacity * token;
    deficit = full - Math.min(full, free);
  }

  private void refill(long now) {
    if (now - at <= 0) {
      return;
    }
    long steps = nodes == 1 ? now - at : (now - at) / nodes;
    long back = times(steps, refill);
    if (back >= deficit) {
      deficit = 0;
      at = now;
    } else if (steps > 0) {
      deficit -= back;
      at += steps * nodes;
    }
  }

  private long nanosFor(long units) {
    long steps = ceilDiv(units, refill);
    return steps > Long.MAX_VALUE / nodes ? Long.MAX_VALUE : steps * nodes;
  }

  /** The product of two that are not negative, at most the largest long; spares a division. */
  private static long times(long one, long other) {
    long product = one * other;
    return Math.multiplyHigh(one, other) == 0 && product >= 0 ? product : Long.MAX_VALUE;
  }

  private static long ceilDiv(long units, long refill) {
    return units / refill + (units % refill > 0 ? 1 : 0);
  }
}
