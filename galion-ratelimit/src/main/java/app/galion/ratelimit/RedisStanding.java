package app.galion.ratelimit;

/**
 * What the script said of a group of equal requests: figures before the group, in its own units.
 */
final class RedisStanding extends Standing {

  /** Per limit: deficit or number in the window, microseconds until a log is empty, clock skew. */
  static final int FIGURES = 3;

  private final long[] figures;
  private final long cost;
  private final int denier;
  private final long now;

  RedisStanding(LimitKey[] keys, long[] figures, long cost, int denier, long now) {
    super(keys);
    this.figures = figures;
    this.cost = cost;
    this.denier = denier;
    this.now = now;
  }

  @Override
  long remaining(int limit, Limit of, int nth) {
    long before = figures[limit * FIGURES];
    return of.kind() == Limit.Kind.TOKEN_BUCKET
        ? Math.max(0, (of.units() - before) / of.unit() - nth * cost)
        : Math.max(0, of.n() - before - nth * cost);
  }

  @Override
  long resetNanos(int limit, Limit of, int nth) {
    long skew = figures[limit * FIGURES + 2];
    long micros;
    if (of.kind() == Limit.Kind.TOKEN_BUCKET) {
      long deficit = figures[limit * FIGURES] + nth * cost * of.unit();
      micros = deficit / of.refill() + (deficit % of.refill() > 0 ? 1 : 0) + skew;
    } else {
      micros = nth * cost > 0 ? of.periodMicros() + skew : figures[limit * FIGURES + 1];
    }
    return micros * 1_000;
  }

  @Override
  int denier() {
    return denier;
  }

  /** When each key was charged, in microseconds of the server's clock as the key has seen it. */
  long[] chargedAt(LimitKey[] keys) {
    long[] times = new long[keys.length];
    int limit = 0;
    for (int i = 0; i < keys.length; i++) {
      times[i] = now + figures[limit * FIGURES + 2];
      limit += keys[i].policy().limits().size();
    }
    return times;
  }
}
