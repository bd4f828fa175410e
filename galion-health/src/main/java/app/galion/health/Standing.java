package app.galion.health;

import app.galion.spi.Health;
import java.util.Map;

/**
 * What is known about a check: the last result, and the state that hysteresis makes of all of them.
 *
 * <p>A result opposite to the last one starts its count anew, so only results in a row count. What
 * was known before a gap longer than the plan believes is forgotten with the counts.
 */
record Standing(
    CheckState state,
    CheckResult last,
    boolean seen,
    long at,
    long since,
    long duration,
    int failures,
    int successes,
    boolean everUp) {

  private static final CheckResult NO_RESULT =
      new CheckResult(Health.Status.DOWN, ErrorCode.PENDING, "", Map.of());

  static Standing initial(long now) {
    return new Standing(CheckState.UNKNOWN, NO_RESULT, false, now, now, 0, 0, 0, false);
  }

  Standing with(CheckResult result, long took, long now, Plan plan) {
    Standing base = stale(now, plan) ? initial(now) : this;
    return result.failure()
        ? base.failed(result, took, now, plan)
        : base.succeeded(result, took, now, plan);
  }

  private Standing failed(CheckResult result, long took, long now, Plan plan) {
    int count = failures == Integer.MAX_VALUE ? failures : failures + 1;
    CheckState next = count >= plan.failAfter() ? CheckState.DOWN : state;
    return new Standing(next, result, true, now, changed(next, now), took, count, 0, everUp);
  }

  private Standing succeeded(CheckResult result, long took, long now, Plan plan) {
    int count = successes == Integer.MAX_VALUE ? successes : successes + 1;
    CheckState fine =
        result.status() == Health.Status.DEGRADED ? CheckState.DEGRADED : CheckState.UP;
    boolean counts = !everUp || state != CheckState.DOWN || count >= plan.recoverAfter();
    CheckState next = counts ? fine : state;
    return new Standing(
        next, result, true, now, changed(next, now), took, 0, count, everUp || counts);
  }

  private long changed(CheckState next, long now) {
    return next == state ? since : now;
  }

  boolean failing() {
    return failures > 0 || state == CheckState.DOWN;
  }

  boolean stale(long now, Plan plan) {
    return seen && now - at >= plan.maxAge();
  }

  CheckState stateAt(long now, Plan plan) {
    return stale(now, plan) ? CheckState.UNKNOWN : state;
  }

  ErrorCode codeAt(long now, Plan plan) {
    return stale(now, plan) ? ErrorCode.STALE : last.code();
  }
}
