package app.galion.cache;

/** What became of a write. */
public enum WriteResult {
  /** In Redis: every node follows within the stated bound. In local-only mode: done. */
  APPLIED,
  /**
   * Redis could not be reached. This node no longer serves the older value and repeats the write,
   * as an invalidation, when Redis is back; until then other nodes may serve the older value. Lost
   * if this process ends first.
   */
  QUEUED,

  /** The condition of a conditional write did not hold: nothing was written. */
  REFUSED
}
