package app.galion.health;

import java.time.Instant;

/**
 * A change of a check or of the node.
 *
 * @param subject what changed
 * @param name the check's name, or the service's
 * @param from the old state in lower case: a {@link CheckState}, a {@link Phase}, {@code ready},
 *     {@code not_ready}, {@code alive} or {@code dead}
 * @param to the new one
 * @param code why, {@link ErrorCode#NONE} where nothing failed
 * @param at when, by the wall clock
 */
public record Transition(
    Subject subject, String name, String from, String to, ErrorCode code, Instant at) {

  /** What a transition is about. */
  public enum Subject {
    /** One check. */
    CHECK,
    /** Whether the node is ready. */
    READINESS,
    /** Whether the process is alive. */
    LIVENESS,
    /** How far the node is in its life. */
    PHASE
  }
}
