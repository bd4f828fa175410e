package app.galion.ratelimit;

/** A quota for each day of universal time. */
final class QuotaFigures extends Figures {

  private static final long DAY = 86_400_000_000L;

  private final Limit limit;
  private long start;
  private long used;
  private boolean stepsBack;
  private long storedStart;
  private long stored;

  QuotaFigures(RatePolicy policy) {
    super(policy);
    this.limit = policy.limits().get(0);
  }

  @Override
  void begin(long now) {
    stepsBack |= now < this.now;
    super.begin(now);
    at = now;
    long today = Math.floorDiv(now, DAY) * DAY;
    // a clock that stepped back stays in the day where it was
    boolean ahead = stored > 0 && storedStart > now;
    start = ahead ? storedStart : today;
    used = start == storedStart ? stored : 0;
  }

  @Override
  void written() {
    storedStart = start;
    stored = used;
  }

  private long untilEnd() {
    return start + DAY - now;
  }

  @Override
  long waitFor(Limit of, long cost) {
    return cost == 0 || used + cost <= limit.n() ? 0 : untilEnd();
  }

  @Override
  void charge(Admission admission, long id) {
    used += admission.cost;
  }

  @Override
  long remaining(Limit of) {
    return Math.max(0, limit.n() - used);
  }

  @Override
  long resetMicros(Limit of) {
    return used == 0 ? 0 : untilEnd();
  }

  @Override
  void refund(long cost, long chargedAt) {
    used = chargedAt >= start ? Math.max(0, used - cost) : used;
    written();
  }

  @Override
  void owe(long cost) {
    used += cost;
    written();
  }

  @Override
  void observe(long remaining) {
    used = Math.max(used, limit.n() - remaining);
    written();
  }

  @Override
  void clear() {
    used = 0;
    written();
  }

  /**
   * What one day admits is in one day; two may be next to each other. A day that a clock comes back
   * to, when nothing of the next is used, is full once more.
   */
  @Override
  boolean holds(Limit of, long sum, long within) {
    return stepsBack || sum <= limit.n() * (2 + within / DAY);
  }
}
