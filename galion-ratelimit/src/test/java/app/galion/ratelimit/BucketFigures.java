package app.galion.ratelimit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Buckets as fractions: what is missing of a limit, in tokens times its period. */
final class BucketFigures extends Figures {

  /** What a place in the line made of the buckets, and of what. */
  record Place(long at, List<BigInteger> before, List<BigInteger> after) {}

  private final List<BigInteger> missing = new ArrayList<>();

  /** The same when it was last written, and when that was. */
  private List<BigInteger> stored;

  private long since;

  /** When the last in line starts. */
  private long due = Long.MIN_VALUE;

  private Place place = new Place(0, List.of(), List.of());

  BucketFigures(RatePolicy policy) {
    super(policy);
    limits.forEach(limit -> missing.add(BigInteger.ZERO));
    stored = List.copyOf(missing);
  }

  private static BigInteger number(long number) {
    return BigInteger.valueOf(number);
  }

  private static BigInteger tokens(Limit limit, long number) {
    return number(number).multiply(number(limit.periodMicros()));
  }

  private static BigInteger refilled(Limit limit, long micros) {
    return number(micros).multiply(number(limit.n()));
  }

  @Override
  void begin(long now) {
    super.begin(now);
    for (int i = 0; i < limits.size(); i++) {
      BigInteger back = refilled(limits.get(i), at - since);
      missing.set(i, stored.get(i).subtract(back).max(BigInteger.ZERO));
    }
  }

  @Override
  void written() {
    super.written();
    stored = List.copyOf(missing);
    since = at;
    if (due <= now) {
      due = Long.MIN_VALUE;
    }
  }

  private BigInteger of(Limit limit) {
    return missing.get(index(limit));
  }

  /* Two limits of a policy may be equal, but then they are equally used. */
  private int index(Limit limit) {
    return limits.indexOf(limit);
  }

  private static long ceil(BigInteger amount, Limit limit) {
    BigInteger n = number(limit.n());
    return amount.add(n).subtract(BigInteger.ONE).divide(n).longValueExact();
  }

  @Override
  long waitFor(Limit limit, long cost) {
    BigInteger over = of(limit).add(tokens(limit, cost)).subtract(tokens(limit, limit.capacity()));
    return cost == 0 || over.signum() <= 0 ? 0 : ceil(over, limit) + at - now;
  }

  @Override
  void charge(Admission admission, long id) {
    List<BigInteger> before = List.copyOf(missing);
    for (int i = 0; i < limits.size(); i++) {
      // what would be refilled above full until the start is lost
      BigInteger until = refilled(limits.get(i), admission.start - at);
      missing.set(i, missing.get(i).max(until).add(tokens(limits.get(i), admission.cost)));
    }
    if (admission.start > at) {
      due = Math.max(due, admission.start);
    }
    place = new Place(at, before, List.copyOf(missing));
  }

  /** What the last charge made. */
  Place place() {
    return place;
  }

  /** A place in the line is taken back if nothing was charged after it. */
  void leave(Place left, Admission admission) {
    history.remove(admission);
    for (int i = 0; i < limits.size(); i++) {
      BigInteger back = refilled(limits.get(i), at - left.at);
      if (missing.get(i).signum() > 0 && missing.get(i).equals(left.after.get(i).subtract(back))) {
        spoilt |= admission.forgotten;
        set(i, left.before.get(i).subtract(back).max(BigInteger.ZERO));
      }
    }
  }

  @Override
  long remaining(Limit limit) {
    BigInteger there = tokens(limit, limit.capacity()).subtract(of(limit));
    return there.signum() < 0 ? 0 : there.divide(number(limit.periodMicros())).longValueExact();
  }

  @Override
  long resetMicros(Limit limit) {
    return ceil(of(limit), limit) + at - now;
  }

  private void set(int i, BigInteger amount) {
    if (!missing.get(i).equals(amount)) {
      missing.set(i, amount);
      written();
    }
  }

  @Override
  void refund(long cost, long chargedAt) {
    for (int i = 0; i < limits.size(); i++) {
      // what was refilled since could not have been without the charge, if the bucket was full then
      BigInteger owed =
          tokens(limits.get(i), cost)
              .subtract(refilled(limits.get(i), Math.max(0, at - chargedAt)));
      if (owed.signum() > 0 && due <= now) {
        set(i, missing.get(i).subtract(owed).max(BigInteger.ZERO));
      }
    }
  }

  @Override
  void owe(long cost) {
    for (int i = 0; i < limits.size(); i++) {
      set(i, missing.get(i).add(tokens(limits.get(i), cost)));
    }
  }

  @Override
  void observe(long remaining) {
    for (int i = 0; i < limits.size(); i++) {
      long used = limits.get(i).capacity() - Math.min(remaining, limits.get(i).capacity());
      set(i, missing.get(i).max(tokens(limits.get(i), used)));
    }
  }

  @Override
  void clear() {
    missing.replaceAll(each -> BigInteger.ZERO);
    due = Long.MIN_VALUE;
    written();
  }

  @Override
  boolean holds(Limit limit, long sum, long within) {
    BigInteger most = tokens(limit, limit.capacity()).add(refilled(limit, within));
    return tokens(limit, sum).compareTo(most) <= 0;
  }
}
