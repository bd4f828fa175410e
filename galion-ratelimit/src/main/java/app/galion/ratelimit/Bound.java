package app.galion.ratelimit;

/**
 * What is certain of how much is admitted, for a decision of this kind and all others like it. C is
 * a limit's capacity, r its rate, N the number of a sliding log.
 */
public enum Bound {
  /**
   * Over any time t the fleet admits at most C + r·t, of a sliding log N in any window, on the
   * clock of the Redis server.
   */
  EXACT("the fleet admits at most C + r*t in any time t, a sliding log N in any window"),
  /**
   * Over any time t the fleet admits at most C + r·(t + d), where d is how far the nodes' clocks
   * are apart.
   */
  NODE_CLOCKS("the fleet admits at most C + r*(t + d) in any time t, the nodes' clocks d apart"),
  /**
   * Each node admits at most its share of C and r, so the fleet the sum of the shares: the limit
   * itself, or one for each node where a share is rounded up to 1; on top of what Redis admitted
   * before. Of a limiter without Redis or store the share is all, and the bound is exact for this
   * process.
   */
  NODE_SHARES("each node admits at most its share of C and r, the fleet the sum of the shares"),
  /** Nothing is admitted. */
  NOTHING("nothing is admitted"),
  /** None: what is admitted is not counted, or not held to it (in shadow). */
  NONE("no bound: what is admitted is not counted");

  private final String text;

  Bound(String text) {
    this.text = text;
  }

  /**
   * Returns the bound in words, for logs and dashboards.
   *
   * @return one line of ASCII
   */
  public String text() {
    return text;
  }
}
