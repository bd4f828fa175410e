package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * One limit of one subject at the moment of a decision.
 *
 * @param policy the policy's name
 * @param limit the nominal limit, n per {@code period}
 * @param period the nominal period: zero of a concurrency limit, 24 hours, 7 or 30 days of a
 *     calendar quota
 * @param remaining how much could still be admitted at once, at least 0
 * @param resetAfter how long until the whole limit is free again if nothing more is admitted
 */
public record LimitState(
    String policy, long limit, Duration period, long remaining, Duration resetAfter) {

  /** The limit in words, such as {@code 10 per PT1M} or {@code 64 at once}. */
  String words() {
    return limit + (period.isZero() ? " at once" : " per " + period);
  }

  /**
   * Creates a state.
   *
   * @param policy the policy's name
   * @param limit the nominal limit
   * @param period the nominal period
   * @param remaining how much is left
   * @param resetAfter how long until all is left
   */
  public LimitState {
    requireNonNull(policy, "policy");
    requireNonNull(period, "period");
    requireNonNull(resetAfter, "resetAfter");
  }
}
