package app.galion.ratelimit;

import io.github.bucket4j.ConsumptionProbe;

/** One limit of one subject in this process, cut down to this node's share. Thread-safe. */
sealed interface LocalLimit permits LocalBucket, LocalLog {

  /** Takes the cost or nothing; a cost of 0 only looks. */
  ConsumptionProbe take(long cost);

  /** Takes as much of the cost as is there: what Redis admitted, so that this limit stays warm. */
  void drain(long cost);

  /** Puts back what {@link #take} took at that time or later. */
  void giveBack(long cost, long since);

  /** Goes on with another share, keeping what was used. */
  void share(int nodes);
}
