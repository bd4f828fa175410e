package app.galion.health;

/** What a failing check means for the node. */
public enum Impact {
  /** The node cannot serve without it: readiness answers 503, also while the state is unknown. */
  CRITICAL,
  /** The node serves with a loss: readiness stays 200 and names the check under "degraded". */
  DEGRADING,
  /** Shown, and nothing else. */
  INFO
}
