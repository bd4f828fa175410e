package app.galion.benchmarks.load;

import java.time.Duration;

/** How long a run takes its time. */
enum Pace {
  /** For figures to commit. */
  FULL(Duration.ofSeconds(1), Duration.ofSeconds(6), Duration.ofSeconds(3), 9),
  /** For a first look. */
  QUICK(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofSeconds(1), 3);

  private final Duration before;
  private final Duration fault;
  private final Duration after;
  private final int herds;

  Pace(Duration before, Duration fault, Duration after, int herds) {
    this.before = before;
    this.fault = fault;
    this.after = after;
    this.herds = herds;
  }

  Duration before() {
    return before;
  }

  Duration fault() {
    return fault;
  }

  Duration after() {
    return after;
  }

  Duration whole() {
    return before.plus(fault).plus(after);
  }

  /** How many cold keys. */
  int herds() {
    return herds;
  }
}
