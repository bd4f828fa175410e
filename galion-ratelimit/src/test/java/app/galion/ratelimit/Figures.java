package app.galion.ratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The simplest thing that is right for the counters of one key, in microseconds. Of what was
 * admitted it remembers all, so that every window can be looked at in the end.
 */
abstract class Figures {

  /** What was admitted to start at a time; its cost is lowered when less was used. */
  static final class Admission {
    final long start;

    /** The same without steps of the clock. */
    final long truly;

    long cost;
    boolean forgotten;

    Admission(long start, long truly, long cost) {
      this.start = start;
      this.truly = truly;
      this.cost = cost;
    }
  }

  final List<Limit> limits;
  final List<Admission> history = new ArrayList<>();

  /** The time, and the same as this key knows it, which never steps back. */
  long now;

  long at;
  private long last = Long.MIN_VALUE;
  private boolean begun;
  private long passed;

  /** Whether something was given back of what had been forgotten, which frees more than it took. */
  boolean spoilt;

  Figures(RatePolicy policy) {
    this.limits = policy.limits();
  }

  /** Whether leases end by themselves is what a server and a process differ in. */
  static Figures of(RatePolicy policy, boolean leasesEnd) {
    return switch (policy.kind()) {
      case TOKEN_BUCKET -> new BucketFigures(policy);
      case SLIDING_LOG -> new LogFigures(policy);
      case CALENDAR -> new QuotaFigures(policy);
      case CONCURRENCY -> new LeaseFigures(policy, leasesEnd);
    };
  }

  /** All that follows comes at this time. */
  void begin(long now) {
    passed += begun ? Math.max(0, now - this.now) : 0;
    begun = true;
    this.now = now;
    this.at = Math.max(now, last);
  }

  /** Something was written, so the clock of this key has been here. */
  void written() {
    last = at;
  }

  /** Per limit the least number of microseconds after which the cost would pass, 0 if it does. */
  abstract long waitFor(Limit limit, long cost);

  final Admission admit(long cost, long start, long id) {
    Admission admission = new Admission(Math.max(start, at), passed + start - now, cost);
    history.add(admission);
    charge(admission, id);
    written();
    return admission;
  }

  abstract void charge(Admission admission, long id);

  abstract long remaining(Limit limit);

  abstract long resetMicros(Limit limit);

  /** More is charged into debt, or, if it is less than 0, given back of an admission. */
  final void adjust(long more, long chargedAt, Admission admission) {
    if (more < 0) {
      spoilt |= admission.forgotten;
      admission.cost += more;
      refund(-more, chargedAt);
    } else if (more > 0) {
      owe(more);
    }
  }

  abstract void refund(long cost, long chargedAt);

  abstract void owe(long cost);

  abstract void observe(long remaining);

  final void reset() {
    history.forEach(admission -> admission.forgotten = true);
    history.clear();
    clear();
  }

  abstract void clear();

  /** A time that saw more than a limit says, or nothing. */
  final String excess() {
    List<Admission> sorted = new ArrayList<>(history);
    sorted.sort(Comparator.comparingLong(this::when));
    for (Limit limit : spoilt ? List.<Limit>of() : limits) {
      for (int from = 0; from < sorted.size(); from++) {
        long sum = 0;
        for (Admission each : sorted.subList(from, sorted.size())) {
          sum += each.cost;
          long within = when(each) - when(sorted.get(from));
          if (!holds(limit, sum, within)) {
            return sum + " of " + limit + " within " + within + " from " + sorted.get(from).start;
          }
        }
      }
    }
    return "";
  }

  /** The time by which windows are looked at. */
  long when(Admission admission) {
    return admission.start;
  }

  /** Whether so much may be admitted within that time. */
  abstract boolean holds(Limit limit, long sum, long within);
}
