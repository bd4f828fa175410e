package app.galion.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The root of every error that is galion's own: who it happened to, and what to do about it. */
public class GalionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient ComponentId id;

  /**
   * Creates an error.
   *
   * @param id the component it happened to
   * @param message who, state, numbers, what to do
   * @param cause the error beneath, or null
   */
  public GalionException(ComponentId id, String message, @Nullable Throwable cause) {
    this(id, message, cause, true);
  }

  /**
   * Creates an error, with or without a stack trace.
   *
   * @param id the component it happened to
   * @param message who, state, numbers, what to do
   * @param cause the error beneath, or null
   * @param stackTrace whether to record where it was thrown; false for errors that are part of
   *     normal operation
   */
  protected GalionException(
      ComponentId id, String message, @Nullable Throwable cause, boolean stackTrace) {
    super(message, cause, stackTrace, stackTrace);
    this.id = requireNonNull(id, "id");
  }

  /**
   * Returns the component it happened to.
   *
   * @return the component's id
   */
  public final ComponentId id() {
    return id;
  }
}
