package app.galion.ratelimit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * A token bucket of capacity C refilled at n per period W microseconds. With g = gcd(n, W) it refills
 * R = n/g units each microsecond, where a token is P = W/g units; the state is the deficit in units.
 * C * P <= 2^52 makes every number that the script handles an integer below 2^53, which a Lua number
 * (a double) holds exactly; debt is kept up to 2^53 units. The other kinds count whole units (R and P
 * are 1): a sliding log keeps microsecond timestamps, a calendar quota the number used in its window,
 * a concurrency limit leases, whose length is its period.
 */
record Limit(
    Kind kind,
    long n,
    Duration period,
    long periodMicros,
    long refill,
    long unit,
    long capacity,
    @Nullable Calendar calendar) {

  static final long MAX_UNITS = 1L << 52;
  static final int MAX_LOG = 64;
  static final int MAX_LEASES = 1_000;
  private static final Duration MIN_PERIOD = Duration.ofNanos(1_000);
  private static final Duration MAX_PERIOD = Duration.ofDays(3_653);

  enum Kind {
    TOKEN_BUCKET('b'),
    SLIDING_LOG('s'),
    CALENDAR('c'),
    CONCURRENCY('p');

    final byte mark;

    Kind(char mark) {
      this.mark = (byte) mark;
    }
  }

  static Limit of(Kind kind, String policy, long n, Duration period) {
    return of(kind, policy, n, period, n);
  }

  static Limit of(Kind kind, String policy, long n, Duration period, long capacity) {
    String what = "policy '" + policy + "' of " + n + " per " + period;
    if (n < 0) {
      throw new IllegalArgumentException(what + ": the number must be >= 0");
    }
    if (period.compareTo(MIN_PERIOD) < 0 || period.compareTo(MAX_PERIOD) > 0) {
      throw new IllegalArgumentException(what + ": the period must be 1 microsecond to 10 years");
    }
    if (period.getNano() % 1_000 != 0) {
      throw new IllegalArgumentException(what + ": the period must be whole microseconds");
    }
    if (kind == Kind.SLIDING_LOG && n > MAX_LOG) {
      throw new IllegalArgumentException(
          what + ": an exact sliding window holds at most " + MAX_LOG + "; use tokenBucket");
    }
    long micros = period.getSeconds() * 1_000_000 + period.getNano() / 1_000;
    if (kind != Kind.TOKEN_BUCKET) {
      return whole(kind, n, period, micros, null);
    }
    if (capacity < Math.min(n, 1) || (n == 0 && capacity > 0)) {
      throw new IllegalArgumentException(
          what + ": a burst of " + capacity + " must be >= 1, and 0 where the number is 0");
    }
    long gcd = gcd(n, micros);
    long refill = n / gcd;
    long unit = micros / gcd;
    if (n != 0 && unit > MAX_UNITS / Math.max(n, capacity)) {
      throw new IllegalArgumentException(
          what
              + (capacity == n ? "" : " and a burst of " + capacity)
              + " cannot be exact: the least common multiple of the number and the period in"
              + " microseconds, or its part for the burst, is above 2^52; choose a number that"
              + " divides the period, a shorter period or a smaller burst");
    }
    return new Limit(kind, n, period, micros, refill, unit, capacity, null);
  }

  private static Limit whole(
      Kind kind, long n, Duration period, long micros, @Nullable Calendar calendar) {
    return new Limit(kind, n, period, micros, 1, 1, n, calendar);
  }

  static Limit calendar(String policy, long n, Calendar calendar) {
    if (n < 0 || n > MAX_UNITS) {
      throw new IllegalArgumentException(
          "policy '"
              + policy
              + "' of "
              + n
              + " per "
              + calendar
              + ": the number must be 0 to 2^52");
    }
    Duration nominal = calendar.period.nominal();
    return whole(Kind.CALENDAR, n, nominal, nominal.toSeconds() * 1_000_000, calendar);
  }

  static Limit concurrency(String policy, int n, Duration lease) {
    if (n < 0 || n > MAX_LEASES) {
      throw new IllegalArgumentException(
          "policy '" + policy + "' of " + n + " at once must be 0 to " + MAX_LEASES);
    }
    return whole(Kind.CONCURRENCY, n, lease, lease.toNanos() / 1_000, null);
  }

  /** All units of the bucket. */
  long units() {
    return capacity * unit;
  }

  /** The period as a state shows it: a concurrency limit has none. */
  Duration shownPeriod() {
    return kind == Kind.CONCURRENCY ? Duration.ZERO : period;
  }

  private static long gcd(long a, long b) {
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }

  /** Such as {@code 10 per PT1M}. */
  @Override
  public String toString() {
    if (kind == Kind.CONCURRENCY) {
      return n + " at once";
    }
    return n + " per " + (calendar == null ? period.toString() : calendar.toString());
  }
}
