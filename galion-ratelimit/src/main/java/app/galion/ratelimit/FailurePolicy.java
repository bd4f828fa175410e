package app.galion.ratelimit;

/** What decides when Redis is away or answers later than the policy's deadline. */
public enum FailurePolicy {
  /**
   * An in-process limit with this node's share decides: ⌊C/N⌋ tokens, at least 1, refilled at r/N,
   * where N is the number of living nodes. It is kept warm while Redis answers. The default.
   *
   * <p>Behind a Bucket4j {@code ProxyManager} nobody counts the nodes: N is 1, so while the store
   * is away each node admits up to the whole limit, N nodes N times as much.
   */
  FAIL_LOCAL,
  /** The request is admitted and counted nowhere. */
  FAIL_OPEN,
  /** The request is denied. */
  FAIL_CLOSED
}
