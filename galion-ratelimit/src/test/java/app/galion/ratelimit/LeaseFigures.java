package app.galion.ratelimit;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is in flight: a weight for each lease, until it ends. */
final class LeaseFigures extends Figures {

  private static final long GUESS = 1_000_000;

  private record Lease(long weight, long ends) {}

  private final Limit limit;
  private final boolean leasesEnd;
  private final Map<Long, Lease> held = new LinkedHashMap<>();
  private Map<Long, Lease> stored = Map.of();

  LeaseFigures(RatePolicy policy, boolean leasesEnd) {
    super(policy);
    this.limit = policy.limits().get(0);
    this.leasesEnd = leasesEnd;
  }

  @Override
  void begin(long now) {
    super.begin(now);
    at = now;
    held.clear();
    held.putAll(stored);
    held.values().removeIf(lease -> leasesEnd && lease.ends <= now);
  }

  /** Until then a clock that steps back meets what had ended. */
  @Override
  void written() {
    stored = Map.copyOf(held);
  }

  private long used() {
    return held.values().stream().mapToLong(Lease::weight).sum();
  }

  @Override
  long waitFor(Limit of, long cost) {
    return cost == 0 || used() + cost <= limit.n() ? 0 : GUESS;
  }

  @Override
  void charge(Admission admission, long id) {
    renew(id, admission.cost);
  }

  void renew(long id, long weight) {
    held.put(id, new Lease(weight, now + limit.periodMicros()));
    written();
  }

  void release(long id) {
    if (held.remove(id) != null) {
      written();
    }
  }

  @Override
  long remaining(Limit of) {
    return Math.max(0, limit.n() - used());
  }

  @Override
  long resetMicros(Limit of) {
    long last = held.values().stream().mapToLong(Lease::ends).max().orElse(now);
    return leasesEnd ? last - now : held.isEmpty() ? 0 : limit.periodMicros();
  }

  @Override
  void refund(long cost, long chargedAt) {
    throw new AssertionError("a lease is released");
  }

  @Override
  void owe(long cost) {
    throw new AssertionError("a lease has no debt");
  }

  @Override
  void observe(long remaining) {
    throw new AssertionError("nobody observes leases");
  }

  @Override
  void clear() {
    throw new AssertionError("leases end by themselves");
  }

  /** A lease ends earlier than anybody could say by its start. */
  @Override
  boolean holds(Limit of, long sum, long within) {
    return true;
  }
}
