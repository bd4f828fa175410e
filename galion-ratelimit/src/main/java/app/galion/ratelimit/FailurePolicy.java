package app.galion.ratelimit;

/** What decides when Redis is away or answers later than the policy's deadline. */
public enum FailurePolicy {
  /**
   * An in-process limit with this node's share decides: ⌊C/N⌋ tokens, at least 1, refilled at r/N,
   * where N is the number of living nodes. It is kept warm while Redis answers. The default.
   */
  FAIL_LOCAL,
  /** The request is admitted and counted nowhere. */
  FAIL_OPEN,
  /** The request is denied. */
  FAIL_CLOSED
}
