package app.galion.health;

import org.jspecify.annotations.Nullable;

/** One check's whole state: what is known, the run under way, and when something is due next. */
record Course(Standing standing, @Nullable Run run, long nextRun, long nextAt) {

  /** A run under way; after its deadline it has failed, but nothing else starts until it ends. */
  record Run(long id, long startedAt, boolean timedOut) {}

  static Course initial(long now) {
    return new Course(Standing.initial(now), null, 1, now);
  }

  boolean due(long now) {
    return run == null && now - nextAt >= 0;
  }

  boolean stuck() {
    return run != null && run.timedOut();
  }

  Course begin(long now) {
    return new Course(standing, new Run(nextRun, now, false), nextRun + 1, now);
  }

  /**
   * Ends a run; what a run found after its deadline is dropped, and the next run comes no sooner
   * than it would have after a failure in time.
   */
  Course finish(long id, CheckResult result, long now, Plan plan, double random) {
    if (run == null || run.id() != id) {
      return this;
    }
    if (run.timedOut()) {
      long earliest = run.startedAt() + plan.pause(true, random);
      return new Course(standing, null, nextRun, now - earliest > 0 ? now : earliest);
    }
    Standing next = standing.with(result, now - run.startedAt(), now, plan);
    /* The second run of all comes early at random: nodes that start together drift apart. */
    long pause =
        standing.seen()
            ? plan.pause(next.failing(), random)
            : (long) (plan.pause(next.failing(), 0.5) * (0.5 + random / 2));
    return new Course(next, null, nextRun, run.startedAt() + pause);
  }

  /**
   * Counts a failure when the deadline passes, and one more each interval for as long as it hangs.
   */
  Course overdue(long now, CheckResult timeout, Plan plan, double random) {
    if (run == null || now - nextEvent(plan) < 0) {
      return this;
    }
    Standing next = standing.with(timeout, now - run.startedAt(), now, plan);
    Run late = new Run(run.id(), run.startedAt(), true);
    return new Course(next, late, nextRun, now + plan.pause(true, random));
  }

  long nextEvent(Plan plan) {
    return run == null || run.timedOut() ? nextAt : run.startedAt() + plan.deadline();
  }
}
