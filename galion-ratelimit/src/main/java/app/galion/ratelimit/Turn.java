package app.galion.ratelimit;

/**
 * A place in the line.
 *
 * @param decision the decision, which an admitted caller gets after the wait
 * @param waitNanos how long to wait before the start, 0 when denied
 * @param leave gives the place back, if nobody stands behind it
 */
record Turn(Decision decision, long waitNanos, Runnable leave) {

  /** An answer that needs no wait. */
  static Turn now(Decision decision) {
    return new Turn(decision, 0, () -> {});
  }

  /** The place of a caller for whom the start would come too late. */
  Turn tooLate() {
    leave.run();
    return now(
        new Decision(Decision.Reason.LIMIT, decision.source(), waitNanos, decision.standing(), 0));
  }
}
