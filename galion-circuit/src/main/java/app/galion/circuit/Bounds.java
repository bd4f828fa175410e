package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/* What a setting may be; throws with its name and its value. */
final class Bounds {

  private static final long MAX_DAYS = 365;

  private Bounds() {}

  static int atLeast(String what, int value, int min) {
    if (value < min) {
      throw new IllegalArgumentException(what + " " + value + " must be >= " + min);
    }
    return value;
  }

  static double share(String what, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(what + " " + value + " must be " + min + " to " + max);
    }
    return value;
  }

  static Duration positive(String what, Duration value) {
    if (requireNonNull(value, what).isZero()) {
      throw new IllegalArgumentException(what + " " + value + " must be above zero");
    }
    return notNegative(what, value);
  }

  static Duration notNegative(String what, Duration value) {
    if (requireNonNull(value, what).isNegative() || value.toDays() > MAX_DAYS) {
      throw new IllegalArgumentException(what + " " + value + " must be 0 to 365 days");
    }
    return value;
  }
}
