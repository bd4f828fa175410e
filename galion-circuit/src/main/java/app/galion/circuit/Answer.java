package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An answer that says what it is.
 *
 * @param <T> the value's type
 * @param value the value
 * @param source where it comes from
 * @param age how old it is; zero unless stale
 * @param reason why it is not live; null when it is
 * @param retryAt when a live answer may be had again; null when live or not known
 */
public record Answer<T>(
    T value, Source source, Duration age, @Nullable Reason reason, @Nullable Instant retryAt) {

  /** Where an answer comes from. */
  public enum Source {
    /** The vendor, now. */
    LIVE,
    /** An earlier answer of the vendor's. */
    STALE,
    /** Made by the application instead. */
    DEGRADED
  }

  /**
   * Why an answer is not live.
   *
   * @param outcome the class of the failure, or of what opened the circuit
   * @param code the vendor's error code, or null
   * @param message who, state, numbers, what to do; for logs rather than for end users
   */
  public record Reason(Outcome outcome, @Nullable String code, String message) {

    /**
     * Creates a reason.
     *
     * @param outcome the class
     * @param code the vendor's error code, or null
     * @param message what happened
     */
    public Reason {
      requireNonNull(outcome, "outcome");
      requireNonNull(message, "message");
    }
  }

  /**
   * Creates an answer.
   *
   * @param value the value
   * @param source where it comes from
   * @param age how old it is
   * @param reason why it is not live, or null
   * @param retryAt when a live one may be had again, or null
   */
  public Answer {
    requireNonNull(source, "source");
    requireNonNull(age, "age");
  }
}
