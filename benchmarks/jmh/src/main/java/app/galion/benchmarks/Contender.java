package app.galion.benchmarks;

/** One of those that answer a question; its label stands in the tables. */
interface Contender {
  /** What the tables call it. */
  String label();
}
