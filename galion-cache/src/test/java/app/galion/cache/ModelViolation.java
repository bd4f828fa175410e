package app.galion.cache;

/** An invariant does not hold. */
final class ModelViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  ModelViolation(String message) {
    super(message);
  }

  ModelViolation(String message, Throwable cause) {
    super(message, cause);
  }
}
