package app.galion.ratelimit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** What is or was missing: before the last start it was more by what is refilled until then. */
  private BigInteger missing(long time) {
    BigInteger back = BigInteger.valueOf(time - at).multiply(BigInteger.valueOf(limit.n()));
    BigInteger then = missing.subtract(back);
    return time < at ? then : then.max(BigInteger.ZERO);
  }

  boolean isLog() {
    return limit.kind() == Limit.Kind.SLIDING_LOG;
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
    BigInteger there = tokens(limit.capacity()).subtract(missing(now));
    return there.signum() < 0 ? 0 : there.divide(period).longValueExact();
  }

  /** The least number of microseconds after which the cost would pass; 0 if it does now. */
  long waitFor(long cost, long now) {
    if (cost == 0) {
      return 0;
    }
    if (limit.kind() == Limit.Kind.TOKEN_BUCKET) {
      BigInteger over = missing(now).add(tokens(cost)).subtract(tokens(limit.capacity()));
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

  void admit(long cost, long start) {
    if (cost > 0) {
      missing = missing(start).add(tokens(cost));
      at = start;
      admitted.merge(start, cost, Long::sum);
    }
  }

  /** Whether no time, however chosen, saw more than the capacity and what is refilled in it. */
  boolean holds() {
    for (long from : admitted.keySet()) {
      long sum = 0;
      for (Map.Entry<Long, Long> each : admitted.tailMap(from).entrySet()) {
        sum += each.getValue();
        BigInteger refilled =
            BigInteger.valueOf(each.getKey() - from).multiply(BigInteger.valueOf(limit.n()));
        if (tokens(sum).compareTo(tokens(limit.capacity()).add(refilled)) > 0) {
          return false;
        }
      }
    }
    return true;
  }
}
