package app.galion.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one check is run and judged. Used while building only; not thread-safe.
 *
 * <p>Defaults: interval 10 s, 5 s while failing, jitter 10 %, deadline 2 s, down after 2 failures
 * in a row, up after 2 successes in a row (one suffices until the check has succeeded once), scope
 * {@link Scope#LOCAL}. The longest time to notice is {@code interval + failingInterval + deadline}.
 */
public final class CheckOptions {

  private static final Duration LONGEST = Duration.ofDays(1);

  private Duration interval = Duration.ofSeconds(10);
  private @Nullable Duration failingInterval;
  private Duration deadline = Duration.ofSeconds(2);
  private double jitter = 0.1;
  private int failAfter = 2;
  private int recoverAfter = 2;
  private Scope scope = Scope.LOCAL;

  CheckOptions() {}

  /**
   * Sets the time from the start of one run to the next. A result older than three of these is no
   * longer believed.
   *
   * @param value 10 ms to 1 day; default 10 s
   * @return this
   */
  public CheckOptions interval(Duration value) {
    interval = pace("interval", value);
    return this;
  }

  /**
   * Sets the interval while the check fails or has yet to recover.
   *
   * @param value 10 ms to 1 day; default the smaller of 5 s and the interval
   * @return this
   */
  public CheckOptions failingInterval(Duration value) {
    failingInterval = pace("failingInterval", value);
    return this;
  }

  /**
   * Sets how long a run may take. It is not interrupted then, but counts as failed, and no other
   * run starts until it has come back.
   *
   * @param value at least 1 ms, and less than the interval; default 2 s
   * @return this
   */
  public CheckOptions deadline(Duration value) {
    deadline = within("deadline", value, Duration.ofMillis(1));
    return this;
  }

  /**
   * Sets by how much each interval varies at random, so that nodes do not check in step.
   *
   * @param value a fraction from 0 to 0.5; default 0.1
   * @return this
   */
  public CheckOptions jitter(double value) {
    if (!(value >= 0 && value <= 0.5)) {
      throw new IllegalArgumentException("jitter " + value + " must be 0 to 0.5");
    }
    jitter = value;
    return this;
  }

  /**
   * Sets how many failures in a row make the check down.
   *
   * @param value at least 1; default 2
   * @return this
   */
  public CheckOptions failAfter(int value) {
    failAfter = atLeastOne("failAfter", value);
    return this;
  }

  /**
   * Sets how many successes in a row end a down.
   *
   * @param value at least 1; default 2
   * @return this
   */
  public CheckOptions recoverAfter(int value) {
    recoverAfter = atLeastOne("recoverAfter", value);
    return this;
  }

  /**
   * Sets whose trouble a failure is.
   *
   * @param value default {@link Scope#LOCAL}; the checks for JDBC, TCP, HTTP and probes set {@link
   *     Scope#SHARED}
   * @return this
   */
  public CheckOptions scope(Scope value) {
    scope = requireNonNull(value, "scope");
    return this;
  }

  Plan plan() {
    long nanos = interval.toNanos();
    long failing =
        failingInterval == null
            ? Math.min(nanos, Duration.ofSeconds(5).toNanos())
            : failingInterval.toNanos();
    return new Plan(nanos, failing, deadline.toNanos(), jitter, failAfter, recoverAfter, scope);
  }

  private static Duration pace(String what, Duration value) {
    return within(what, value, Duration.ofMillis(10));
  }

  private static Duration within(String what, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " " + value + " must be " + least + " to " + LONGEST);
    }
    return value;
  }

  private static int atLeastOne(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " " + value + " must be >= 1");
    }
    return value;
  }
}
