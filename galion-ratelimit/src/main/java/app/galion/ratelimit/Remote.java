package app.galion.ratelimit;

/** Who keeps the counters that all nodes share. */
sealed interface Remote permits RedisLimits, StoreLimits {

  /**
   * Asks for a decision.
   *
   * @throws IllegalArgumentException if it cannot count what a policy limits
   */
  Question ask(Request request);

  /**
   * Checks that it can let requests wait in line.
   *
   * @throws IllegalArgumentException if it cannot, or not about these keys together
   */
  void requireLine(Request request);

  /** Tells what asks for no decision, in the background. */
  void tell(Request request);
}
