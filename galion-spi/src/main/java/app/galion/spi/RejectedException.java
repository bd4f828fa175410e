package app.galion.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Work that was not started: a limit is reached, a circuit is open, a guard refused. Has no stack
 * trace, since it is part of normal operation.
 */
public class RejectedException extends GalionException {

  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * Creates a rejection.
   *
   * @param id the component that refused
   * @param message who, state, numbers, when to try again
   * @param retryAfter when trying again makes sense, at least zero
   */
  public RejectedException(ComponentId id, String message, Duration retryAfter) {
    super(id, message, null, false);
    this.retryAfter = requireNonNull(retryAfter, "retryAfter");
  }

  /**
   * Returns how long to wait before trying again makes sense.
   *
   * @return at least zero
   */
  public final Duration retryAfter() {
    return retryAfter;
  }
}
