package app.galion.ratelimit;

import java.util.Map;
import java.util.TreeMap;

/** A log as the list of all that was admitted; debt fills it up and no more. */
final class LogFigures extends Figures {

  private final TreeMap<Long, Long> log = new TreeMap<>();

  LogFigures(RatePolicy policy) {
    super(policy);
  }

  @Override
  void begin(long now) {
    super.begin(now);
    at = log.isEmpty() ? now : Math.max(now, log.lastKey());
  }

  /** What is in no window any more is not written. */
  @Override
  void written() {
    long window = limits.stream().mapToLong(Limit::periodMicros).max().orElseThrow();
    log.headMap(at - window, true).clear();
  }

  private long inWindow(Limit limit, long end) {
    return log.tailMap(end - limit.periodMicros(), false).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  @Override
  long waitFor(Limit limit, long cost) {
    if (cost == 0 || inWindow(limit, at) + cost <= limit.n()) {
      return 0;
    }
    for (long entry : log.keySet()) {
      long end = entry + limit.periodMicros();
      if (end > at && inWindow(limit, end) + cost <= limit.n()) {
        return end - now;
      }
    }
    throw new AssertionError("a cost of " + cost + " never passes " + limit);
  }

  @Override
  void charge(Admission admission, long id) {
    log.merge(admission.start, admission.cost, Long::sum);
  }

  @Override
  long remaining(Limit limit) {
    return Math.max(0, limit.n() - inWindow(limit, at));
  }

  @Override
  long resetMicros(Limit limit) {
    return inWindow(limit, at) == 0 ? 0 : log.lastKey() + limit.periodMicros() - now;
  }

  @Override
  void refund(long cost, long chargedAt) {
    Map.Entry<Long, Long> entry = log.floorEntry(chargedAt);
    if (entry != null && entry.getKey() == chargedAt) {
      if (entry.getValue() <= cost) {
        log.remove(chargedAt);
      } else {
        log.put(chargedAt, entry.getValue() - cost);
      }
      written();
    }
  }

  @Override
  void owe(long cost) {
    fill(
        limits.stream()
            .mapToLong(limit -> Math.min(limit.n() - inWindow(limit, at), cost))
            .max()
            .orElseThrow());
  }

  @Override
  void observe(long remaining) {
    fill(
        limits.stream()
            .mapToLong(limit -> limit.n() - inWindow(limit, at) - remaining)
            .max()
            .orElseThrow());
  }

  private void fill(long most) {
    if (most > 0) {
      log.merge(at, most, Long::sum);
      written();
    }
  }

  @Override
  void clear() {
    log.clear();
  }

  /* What has left every window is not remembered, whatever the clock says afterwards. */
  @Override
  long when(Admission admission) {
    return admission.truly;
  }

  @Override
  boolean holds(Limit limit, long sum, long within) {
    return within >= limit.periodMicros() || sum <= limit.n();
  }
}
