package app.galion.circuit;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A circuit as an operator wants to see it, at one moment.
 *
 * @param name the circuit's name
 * @param state its state; a circuit that lets more through step by step after its recovery is
 *     closed, one whose trial is due is half open
 * @param failureCount failures since the last success
 * @param lastFailure when the vendor last failed, or null
 * @param openedAt when it opened; null when closed
 * @param retryAt when the next call is let through; null when closed or held open by an operator
 * @param explanation which gate, since when, on what evidence, what comes next
 */
public record CircuitStatus(
    String name,
    State state,
    int failureCount,
    @Nullable Instant lastFailure,
    @Nullable Instant openedAt,
    @Nullable Instant retryAt,
    String explanation) {

  /** The three states that the outside knows; prints in lower case. */
  public enum State {
    /** Calls pass. */
    CLOSED,
    /** Calls are refused. */
    OPEN,
    /** One trial call is due or runs. */
    HALF_OPEN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
