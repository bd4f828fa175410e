package app.galion.ratelimit;

import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;

/** An exact sliding log. */
final class LocalLog implements LocalLimit {

  private final Limit limit;
  private final TimeMeter time;
  private final long window;
  private final long[] log;
  private int share;
  private int first;
  private int size;

  LocalLog(Limit limit, int nodes, TimeMeter time) {
    this.limit = limit;
    this.time = time;
    this.window = limit.periodMicros() * 1_000;
    this.log = new long[(int) limit.n()];
    share(nodes);
  }

  @Override
  public synchronized ConsumptionProbe take(long cost) {
    long now = forget();
    long wait = 0;
    if (size + cost > share) {
      // a cost above this node's share waits for an empty log and then for a larger share
      int last = (int) Math.min(size, size + cost - share);
      wait = last == 0 ? window : window - (now - log[index(last - 1)]);
    }
    if (wait > 0) {
      return ConsumptionProbe.rejected(Math.max(0, share - size), wait, untilEmpty(now));
    }
    append(now, cost);
    return ConsumptionProbe.consumed(Math.max(0, share - size), untilEmpty(now));
  }

  @Override
  public synchronized void drain(long cost) {
    long now = forget();
    append(now, Math.min(cost, Math.max(0, share - size)));
  }

  @Override
  public synchronized void giveBack(long cost, long since) {
    forget();
    // whose entries leave is not known: the oldest that can be, so that none leaves the window
    // early
    int from = 0;
    while (from < size && log[index(from)] - since < 0) {
      from++;
    }
    int back = (int) Math.min(size - from, cost);
    for (int i = from; i + back < size; i++) {
      log[index(i)] = log[index(i + back)];
    }
    size -= back;
  }

  @Override
  public synchronized void share(int nodes) {
    share = (int) Math.max(1, limit.n() / nodes);
  }

  private long forget() {
    long now = time.currentTimeNanos();
    while (size > 0 && now - log[first] >= window) {
      first = (first + 1) % log.length;
      size--;
    }
    return now;
  }

  private void append(long now, long cost) {
    for (long i = 0; i < cost; i++) {
      log[index(size++)] = now;
    }
  }

  private long untilEmpty(long now) {
    return size == 0 ? 0 : window - (now - log[index(size - 1)]);
  }

  private int index(int nth) {
    return (first + nth) % log.length;
  }
}
