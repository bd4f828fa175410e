package app.galion.benchmarks;

/** One of those that answer a question; its label stands in the tables. */
interface Contender {
  /** What the tables call it. */
  String label();

  /**
   * Whether it answers in this process, so that many threads tell nothing beside those at Redis.
   */
  default boolean inProcess() {
    return false;
  }
}
