package app.galion.ratelimit;

import java.time.Duration;

/*
 * A token bucket of n tokens refilled at n per period W microseconds. With g = gcd(n, W) it refills
 * R = n/g units each microsecond, where a token is P = W/g units; the state is the deficit in units.
 * n * P = lcm(n, W) <= 2^52 makes every number that the script handles an integer below 2^53, which a
 * Lua number (a double) holds exactly. A sliding log keeps microsecond timestamps and needs no units.
 */
record Limit(Kind kind, long n, Duration period, long periodMicros, long refill, long unit) {

  static final long MAX_UNITS = 1L << 52;
  static final int MAX_LOG = 64;
  private static final Duration MIN_PERIOD = Duration.ofNanos(1_000);
  private static final Duration MAX_PERIOD = Duration.ofDays(3_653);

  enum Kind {
    TOKEN_BUCKET((byte) 'b'),
    SLIDING_LOG((byte) 's');

    final byte mark;

    Kind(byte mark) {
      this.mark = mark;
    }
  }

  static Limit of(Kind kind, String policy, long n, Duration period) {
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
    long gcd = gcd(n, micros);
    long refill = n / gcd;
    long unit = micros / gcd;
    if (kind == Kind.TOKEN_BUCKET && n != 0 && unit > MAX_UNITS / n) {
      throw new IllegalArgumentException(
          what
              + " cannot be exact: the least common multiple of the number and the period in"
              + " microseconds is above 2^52; choose a number that divides the period, or a shorter"
              + " period");
    }
    return new Limit(kind, n, period, micros, refill, unit);
  }

  /** All units of the bucket. */
  long units() {
    return n * unit;
  }

  private static long gcd(long a, long b) {
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }
}
