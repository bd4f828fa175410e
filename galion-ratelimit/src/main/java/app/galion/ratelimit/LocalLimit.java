package app.galion.ratelimit;

/**
 * One limit of one subject in this process, cut down to this node's share. Times are nanoseconds of
 * the limiter's ticker that never run backwards. Not thread-safe: its {@link LocalKey} is locked.
 */
sealed interface LocalLimit permits LocalBucket, LocalLog, LocalPermits, LocalWindow {

  /** How long until the cost would pass, 0 if it does now. */
  long waitFor(long cost, long now);

  /** Charges what passes, or more than that, into debt where the kind has any. */
  void charge(long cost, long now);

  /** Gives back what was charged at that time. */
  void refund(long cost, long chargedAt, long now);

  long remaining(long now);

  /** How long until all is free. */
  long resetNanos(long now);

  /** Leaves at most so much of this node's share free. */
  void lower(long remaining, long now);

  /** Forgets what was used. */
  void clear(long now);

  /** Goes on with another share, keeping what was used. */
  void share(int nodes, long now);

  /** Takes as much of the cost as is there: what Redis admitted, so that this limit stays warm. */
  default void drain(long cost, long now) {
    charge(Math.min(cost, remaining(now)), now);
  }
}
