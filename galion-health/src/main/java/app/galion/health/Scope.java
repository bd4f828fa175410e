package app.galion.health;

/** Whose trouble a failing check is. */
public enum Scope {
  /** This node's alone: a disk, a thread pool. */
  LOCAL,
  /**
   * Every node's, such as a database: never part of liveness, and subject to the panic threshold.
   */
  SHARED
}
