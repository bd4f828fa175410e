package app.galion.ratelimit;

/** How the limits of this process stand after a decision. */
final class LocalStanding extends Standing {

  private final long[] figures;
  private final int denier;
  private final long now;

  /** Figures are, per limit, what remains and the nanoseconds until all is free. */
  LocalStanding(LimitKey[] keys, long[] figures, int denier, long now) {
    super(keys);
    this.figures = figures;
    this.denier = denier;
    this.now = now;
  }

  @Override
  long remaining(int limit, Limit of, int nth) {
    return figures[2 * limit];
  }

  @Override
  long resetNanos(int limit, Limit of, int nth) {
    return figures[2 * limit + 1];
  }

  @Override
  int denier() {
    return denier;
  }

  @Override
  long chargedAt(int key) {
    return now;
  }
}
