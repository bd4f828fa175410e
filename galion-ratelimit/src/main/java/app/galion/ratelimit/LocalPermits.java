package app.galion.ratelimit;

/** What this process has in flight. Its leases end with it, so they need no clock. */
final class LocalPermits implements LocalLimit {

  /** How long to wait for somebody to end a lease, which nobody knows. */
  private static final long GUESS = 1_000_000_000L;

  private final Limit limit;
  private long share;
  private long held;

  LocalPermits(Limit limit, int nodes) {
    this.limit = limit;
    this.share = shareOf(nodes);
  }

  private long shareOf(int nodes) {
    return Math.max(1, limit.n() / nodes);
  }

  long held() {
    return held;
  }

  @Override
  public long waitFor(long cost, long now) {
    return cost == 0 || held + cost <= share ? 0 : GUESS;
  }

  @Override
  public void charge(long cost, long now) {
    held += cost;
  }

  /** What Redis granted to this node is in flight, whatever the share. */
  @Override
  public void drain(long cost, long now) {
    held += cost;
  }

  @Override
  public void refund(long cost, long chargedAt, long now) {
    held = Math.max(0, held - cost);
  }

  @Override
  public long remaining(long now) {
    return Math.max(0, share - held);
  }

  @Override
  public long resetNanos(long now) {
    return held == 0 ? 0 : limit.periodMicros() * 1_000;
  }

  @Override
  public void lower(long remaining, long now) {
    throw new IllegalStateException(limit + " cannot be observed");
  }

  @Override
  public void clear(long now) {
    throw new IllegalStateException(limit + " cannot be reset");
  }

  @Override
  public void share(int nodes, long now) {
    share = shareOf(nodes);
  }
}
