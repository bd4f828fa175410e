package app.galion.spi;

/**
 * A {@link Guard}'s answer. A granted permit is ended once, and further calls do nothing; on a
 * refusal the ending methods do nothing at all.
 *
 * <p>Implementations are thread-safe: a permit may end on another thread than it was granted on.
 */
public interface Permit {

  /**
   * Returns whether the work may start.
   *
   * @return false for a refusal
   */
  boolean granted();

  /**
   * Returns how long to wait before asking again makes sense.
   *
   * @return nanoseconds, 0 when granted, {@link Long#MAX_VALUE} when asking again is useless
   */
  long retryAfterNanos();

  /** Ends the permit: the work succeeded. */
  void success();

  /**
   * Ends the permit: the work failed.
   *
   * @param error what the work threw
   */
  void failure(Throwable error);

  /** Ends the permit: the work says nothing about what the guard protects. */
  void ignore();

  /**
   * Returns a grant that nobody counts.
   *
   * @return a shared instance
   */
  static Permit free() {
    return FixedPermit.FREE;
  }

  /**
   * Returns a refusal. Guards that refuse on a hot path keep their own instance.
   *
   * @param retryAfterNanos nanoseconds, at least 0
   * @return a refusal that carries the given time
   * @throws IllegalArgumentException if the time is negative
   */
  static Permit refused(long retryAfterNanos) {
    if (retryAfterNanos < 0) {
      throw new IllegalArgumentException("retryAfterNanos " + retryAfterNanos + " must be >= 0");
    }
    return new FixedPermit(false, retryAfterNanos);
  }
}

record FixedPermit(boolean granted, long retryAfterNanos) implements Permit {
  static final Permit FREE = new FixedPermit(true, 0);

  @Override
  public void success() {}

  @Override
  public void failure(Throwable error) {}

  @Override
  public void ignore() {}
}
