package app.galion.ratelimit;

/** An exact sliding log. It has no debt: what does not fit is not remembered. */
final class LocalLog implements LocalLimit {

  private final Limit limit;
  private final long window;
  private final long[] log;
  private int share;
  private int first;
  private int size;

  LocalLog(Limit limit, int nodes) {
    this.limit = limit;
    this.window = limit.periodMicros() * 1_000;
    this.log = new long[(int) limit.n()];
    this.share = shareOf(nodes);
  }

  private int shareOf(int nodes) {
    return (int) Math.max(1, limit.n() / nodes);
  }

  @Override
  public long waitFor(long cost, long now) {
    forget(now);
    if (cost == 0 || size + cost <= share) {
      return 0;
    }
    // a cost above this node's share waits for an empty log and then for a larger share
    int last = (int) Math.min(size, size + cost - share);
    return last == 0 ? window : window - (now - log[index(last - 1)]);
  }

  @Override
  public void charge(long cost, long now) {
    forget(now);
    long fits = Math.min(cost, log.length - size);
    for (long i = 0; i < fits; i++) {
      log[index(size++)] = now;
    }
  }

  @Override
  public void refund(long cost, long chargedAt, long now) {
    forget(now);
    int kept = 0;
    long left = cost;
    long[] others = new long[size];
    for (int i = size - 1; i >= 0; i--) {
      long entry = log[index(i)];
      if (left > 0 && entry == chargedAt) {
        left--;
      } else {
        others[kept++] = entry;
      }
    }
    size = 0;
    while (kept > 0) {
      log[index(size++)] = others[--kept];
    }
  }

  @Override
  public long remaining(long now) {
    forget(now);
    return Math.max(0, share - size);
  }

  @Override
  public long resetNanos(long now) {
    forget(now);
    return size == 0 ? 0 : window - (now - log[index(size - 1)]);
  }

  @Override
  public void lower(long remaining, long now) {
    charge(Math.max(0, remaining(now) - remaining), now);
  }

  @Override
  public void clear(long now) {
    size = 0;
  }

  @Override
  public void share(int nodes, long now) {
    share = shareOf(nodes);
  }

  private void forget(long now) {
    while (size > 0 && now - log[first] >= window) {
      first = (first + 1) % log.length;
      size--;
    }
  }

  private int index(int nth) {
    return (first + nth) % log.length;
  }
}
