package app.galion.circuit;

import app.galion.spi.ComponentId;
import app.galion.spi.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that was not made, because the circuit is open, its key is latched or has to wait. */
public final class CircuitOpenException extends RejectedException {

  private static final long serialVersionUID = 1L;

  private final Outcome outcome;
  private final @Nullable String code;
  private final @Nullable Instant retryAt;

  CircuitOpenException(
      ComponentId id,
      String message,
      Duration retryAfter,
      Outcome outcome,
      @Nullable String code,
      @Nullable Instant retryAt) {
    super(id, message, retryAfter);
    this.outcome = outcome;
    this.code = code;
    this.retryAt = retryAt;
  }

  /**
   * Returns what closed the way: a failure for an open circuit, {@link Outcome#QUOTA} or {@link
   * Outcome#AUTH} for a latched key, {@link Outcome#THROTTLE} or {@link Outcome#RAMP} for one that
   * has to wait, {@link Outcome#LOCAL} for an operator.
   *
   * @return the outcome
   */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * Returns the vendor's code of the last evidence.
   *
   * @return the code, empty when there was none
   */
  public Optional<String> code() {
    return Optional.ofNullable(code);
  }

  /**
   * Returns when trying again makes sense.
   *
   * @return the instant, empty when only an operator can tell
   */
  public Optional<Instant> retryAt() {
    return Optional.ofNullable(retryAt);
  }
}
