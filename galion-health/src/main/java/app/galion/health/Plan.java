package app.galion.health;

import java.time.Duration;

/** The options of one check, frozen; times in nanoseconds. */
record Plan(
    long interval,
    long failingInterval,
    long deadline,
    double jitter,
    int failAfter,
    int recoverAfter,
    Scope scope) {

  private static final int BELIEVED_INTERVALS = 3;

  long maxAge() {
    return BELIEVED_INTERVALS * Math.max(interval, failingInterval);
  }

  /** The time to the next run; {@code random} is from 0 to 1. */
  long pause(boolean failing, double random) {
    long base = failing ? failingInterval : interval;
    return base + (long) (base * jitter * (2 * random - 1));
  }

  Duration deadlineDuration() {
    return Duration.ofNanos(deadline);
  }
}
