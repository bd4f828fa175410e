package app.galion.ratelimit;

/**
 * What the script said of a group of equal requests: figures before the group, in its own units.
 */
final class RedisStanding extends Standing {

  /**
   * Per limit: deficit or number used, microseconds until nothing is used (of a calendar until its
   * window ends, of a bucket that was queued for the deficit as it was), clock skew.
   */
  static final int FIGURES = 3;

  private final Request request;
  private final long[] figures;
  private final int denier;
  private final long now;

  RedisStanding(Request request, long[] figures, int denier, long now) {
    super(request.keys);
    this.request = request;
    this.figures = figures;
    this.denier = denier;
    this.now = now;
  }

  /** Which key a limit belongs to. */
  private int keyOf(int limit) {
    int key = 0;
    int left = limit - request.keys[0].policy().limits().size();
    while (left >= 0) {
      left -= request.keys[++key].policy().limits().size();
    }
    return key;
  }

  @Override
  long remaining(int limit, Limit of, int nth) {
    long before = figures[limit * FIGURES];
    long charged = nth * request.costs[keyOf(limit)];
    return Math.max(0, Math.floorDiv(of.units() - before, of.unit()) - charged);
  }

  @Override
  long resetNanos(int limit, Limit of, int nth) {
    long skew = figures[limit * FIGURES + 2];
    long charged = nth * request.costs[keyOf(limit)];
    long micros;
    if (of.kind() == Limit.Kind.TOKEN_BUCKET) {
      long deficit = figures[limit * FIGURES] + charged * of.unit();
      micros = of.refill() == 0 ? 0 : (deficit + of.refill() - 1) / of.refill() + skew;
    } else {
      boolean lasts = of.kind() != Limit.Kind.CALENDAR && charged > 0;
      boolean free = charged + figures[limit * FIGURES] == 0;
      long before = figures[limit * FIGURES + 1];
      micros = free ? 0 : lasts ? Math.max(of.periodMicros() + skew, before) : before;
    }
    return micros * 1_000;
  }

  @Override
  int denier() {
    return denier;
  }

  /** What takes a queued charge back: per key the time, per limit the deficit after and before. */
  Request leave() {
    long[] charged = new long[request.keys.length + 2 * request.limits()];
    int at = 0;
    int limit = 0;
    for (int k = 0; k < request.keys.length; k++) {
      charged[at++] = now + figures[limit * FIGURES + 2];
      for (Limit each : request.keys[k].policy().limits()) {
        charged[at++] = figures[limit * FIGURES] + request.costs[k] * each.unit();
        charged[at++] = figures[limit * FIGURES + 1];
        limit++;
      }
    }
    return request.as(Act.LEAVE, charged);
  }

  /** In microseconds of the server's clock as the key has seen it. */
  @Override
  long chargedAt(int key) {
    int limit = 0;
    for (int i = 0; i < key; i++) {
      limit += request.keys[i].policy().limits().size();
    }
    return now + figures[limit * FIGURES + 2];
  }
}
