package app.galion.cache;

/** Where an answer came from. */
public enum Tier {
  /** This process. */
  L1,
  /** Redis. */
  L2,
  /**
   * The loader: called for this answer, or for a concurrent call that this one joined or waited
   * for, on this node or another.
   */
  LOADED
}
