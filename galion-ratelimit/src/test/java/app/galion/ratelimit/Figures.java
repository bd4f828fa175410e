package app.galion.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The simplest thing that is right: a limit as the list of all that it admitted, in microseconds.
 */
final class Figures {

  private final Limit limit;
  private final TreeMap<Long, Long> admitted = new TreeMap<>();
  private long deficit;
  private long at;

  Figures(Limit limit) {
    this.limit = limit;
  }

  /** Moves a bucket on; 128 bits are not needed, for the tests' numbers are small. */
  private void refill(long now) {
    deficit = Math.max(0, deficit - (now - at) * limit.refill());
    at = now;
  }

  private long inWindow(long now) {
    return admitted.tailMap(now - limit.periodMicros(), false).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  long remaining(long now) {
    if (limit.kind() == Limit.Kind.SLIDING_LOG) {
      return Math.max(0, limit.n() - inWindow(now));
    }
    refill(now);
    return (limit.units() - deficit) / limit.unit();
  }

  /** The least number of microseconds after which the cost would pass; 0 if it does now. */
  long waitFor(long cost, long now) {
    if (limit.kind() == Limit.Kind.TOKEN_BUCKET) {
      refill(now);
      long over = deficit + cost * limit.unit() - limit.units();
      return over <= 0 ? 0 : (over + limit.refill() - 1) / limit.refill();
    }
    List<Long> ends = new ArrayList<>(List.of(now));
    admitted.keySet().forEach(time -> ends.add(time + limit.periodMicros()));
    for (long end : ends) {
      if (end >= now && inWindow(end) + cost <= limit.n()) {
        return end - now;
      }
    }
    throw new AssertionError("a cost of " + cost + " never passes " + limit);
  }

  void admit(long cost, long now) {
    refill(now);
    deficit += cost * limit.unit();
    if (cost > 0) {
      admitted.merge(now, cost, Long::sum);
    }
  }
}
