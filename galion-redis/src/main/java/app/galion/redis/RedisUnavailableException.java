package app.galion.redis;

import static java.util.Objects.requireNonNull;

import app.galion.spi.ComponentId;
import app.galion.spi.GalionException;
import org.jspecify.annotations.Nullable;

/**
 * A call that Redis did not answer in time, or answered with an error. Has no stack trace and may
 * be one shared instance, since it is part of normal operation.
 */
public final class RedisUnavailableException extends GalionException {

  private static final long serialVersionUID = 1L;

  /** Why there is no answer. */
  public enum Reason {
    /** There is no connection, or it broke while the call was under way. */
    DISCONNECTED,
    /**
     * The server is connected but has not answered anything for some time; the call was not sent.
     */
    SUSPECT,
    /** The deadline passed without an answer. */
    TIMEOUT,
    /** Too many calls wait for an answer; the call was not sent. */
    OVERLOADED,
    /** The server answered with an error. */
    ERROR,
    /** The link is closed. */
    CLOSED
  }

  private final Reason reason;
  private final boolean mayHaveExecuted;

  RedisUnavailableException(
      ComponentId id,
      Reason reason,
      boolean mayHaveExecuted,
      String message,
      @Nullable Throwable cause) {
    super(id, message, cause, false);
    this.reason = requireNonNull(reason, "reason");
    this.mayHaveExecuted = mayHaveExecuted;
  }

  /**
   * Returns why there is no answer.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Returns whether the server may have executed the call, or may still do so.
   *
   * @return false if it certainly has not and will not
   */
  public boolean mayHaveExecuted() {
    return mayHaveExecuted;
  }
}
