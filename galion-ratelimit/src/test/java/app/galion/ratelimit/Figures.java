package app.galion.ratelimit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The simplest thing that is right: a bucket as a fraction of tokens over its period, a log as the
 * list of all that it admitted; in microseconds.
 */
final class Figures {

  private final Limit limit;
  private final BigInteger period;
  private final TreeMap<Long, Long> admitted = new TreeMap<>();

  /** What is missing in the bucket, times the period. */
  private BigInteger missing = BigInteger.ZERO;

  private long at;

  Figures(Limit limit) {
    this.limit = limit;
    this.period = BigInteger.valueOf(limit.periodMicros());
  }

  private void refill(long now) {
    BigInteger back = BigInteger.valueOf(now - at).multiply(BigInteger.valueOf(limit.n()));
    missing = missing.subtract(back).max(BigInteger.ZERO);
    at = now;
  }

  private BigInteger tokens(long number) {
    return BigInteger.valueOf(number).multiply(period);
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
    return Math.max(0, tokens(limit.capacity()).subtract(missing).divide(period).longValueExact());
  }

  /** The least number of microseconds after which the cost would pass; 0 if it does now. */
  long waitFor(long cost, long now) {
    if (cost == 0) {
      return 0;
    }
    if (limit.kind() == Limit.Kind.TOKEN_BUCKET) {
      refill(now);
      BigInteger over = missing.add(tokens(cost)).subtract(tokens(limit.capacity()));
      BigInteger n = BigInteger.valueOf(limit.n());
      return over.signum() <= 0
          ? 0
          : over.add(n).subtract(BigInteger.ONE).divide(n).longValueExact();
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
    missing = missing.add(tokens(cost));
    if (cost > 0) {
      admitted.merge(now, cost, Long::sum);
    }
  }
}
