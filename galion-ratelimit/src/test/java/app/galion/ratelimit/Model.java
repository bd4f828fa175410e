package app.galion.ratelimit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Decides requests by {@link Figures}: all limits are looked at, then all or none charged. */
final class Model {

  /** What is said of a request: whether it passes, else how long to wait and for which limit. */
  record Said(
      boolean allowed, long waitMicros, int denier, List<Long> remaining, List<Long> resetMicros) {

    Said deniedBy(int limit) {
      return new Said(allowed, waitMicros, limit, remaining, resetMicros);
    }
  }

  /** What became of a request, which waits for each limit, for whoever settles it later. */
  record Decided(
      Said said,
      long asked,
      List<Long> waits,
      List<Figures.Admission> admissions,
      List<Long> times,
      List<BucketFigures.Place> places) {}

  private static final BucketFigures.Place NOWHERE =
      new BucketFigures.Place(0, List.of(), List.of());

  private final Map<LimitKey, Figures> figures = new HashMap<>();
  private final boolean leasesEnd;
  private long now;

  Model(boolean leasesEnd) {
    this.leasesEnd = leasesEnd;
  }

  void begin(long now) {
    this.now = now;
    figures.values().forEach(each -> each.begin(now));
  }

  Figures of(LimitKey key) {
    return figures.computeIfAbsent(
        key,
        k -> {
          Figures fresh = Figures.of(k.policy(), leasesEnd);
          fresh.begin(now);
          return fresh;
        });
  }

  /** Decides; a line lets a request wait for as long as its number more says. */
  Decided decide(Request request) {
    long wait = 0;
    int denier = -1;
    List<Long> waits = new ArrayList<>();
    for (int k = 0; k < request.keys.length; k++) {
      for (Limit limit : request.keys[k].policy().limits()) {
        long until = of(request.keys[k]).waitFor(limit, request.costs[k]);
        if (until > wait) {
          wait = until;
          denier = waits.size();
        }
        waits.add(until);
      }
    }
    boolean allowed = wait <= (request.act == Act.QUEUE ? request.extra[0] : 0);
    List<Figures.Admission> admissions = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    List<BucketFigures.Place> places = new ArrayList<>();
    for (int k = 0; allowed && k < request.keys.length; k++) {
      Figures of = of(request.keys[k]);
      long id = request.act == Act.LEASE ? request.extra[k] : 0;
      admissions.add(
          request.costs[k] > 0
              ? of.admit(request.costs[k], now + wait, id)
              : new Figures.Admission(now, now, 0));
      times.add(of.at);
      places.add(of instanceof BucketFigures bucket ? bucket.place() : NOWHERE);
    }
    List<Long> remaining = new ArrayList<>();
    List<Long> resets = new ArrayList<>();
    for (LimitKey key : request.keys) {
      for (Limit limit : key.policy().limits()) {
        remaining.add(of(key).remaining(limit));
        resets.add(of(key).resetMicros(limit));
      }
    }
    Said said = new Said(allowed, wait, allowed ? -1 : denier, remaining, resets);
    return new Decided(said, now, waits, admissions, times, places);
  }

  /** Which windows saw too much, of all keys. */
  String excess() {
    return figures.values().stream().map(Figures::excess).collect(Collectors.joining());
  }

  /** What the real thing said, in the same words. */
  static Said said(boolean allowed, long waitMicros, Standing standing, int nth) {
    List<LimitState> limits = standing.limits(nth);
    return new Said(
        allowed,
        waitMicros,
        allowed ? -1 : standing.denier(),
        limits.stream().map(LimitState::remaining).toList(),
        limits.stream().map(limit -> micros(limit.resetAfter().toNanos())).toList());
  }

  /** Whole microseconds, rounded up. */
  static long micros(long nanos) {
    return nanos / 1_000 + (nanos % 1_000 > 0 ? 1 : 0);
  }
}
