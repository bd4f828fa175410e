package app.galion.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A value that was good once, and how long ago it was loaded.
 *
 * @param <V> the value's type
 * @param value the last good value
 * @param age time since its load, at least zero
 */
public record Stale<V>(V value, Duration age) {

  /**
   * Creates a stale value.
   *
   * @param value the last good value
   * @param age time since its load
   * @throws IllegalArgumentException if the age is negative
   */
  public Stale {
    requireNonNull(value, "value");
    requireNonNull(age, "age");
    if (age.isNegative()) {
      throw new IllegalArgumentException("age " + age + " must be >= 0");
    }
  }
}
