package app.galion.benchmarks;

import java.time.Duration;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long a run takes its time. */
enum Pace {
  /** For figures to commit. */
  FULL(5, 1, 2, Duration.ofMillis(300), 3, Duration.ofMillis(150)),
  /** For a first look while working on something. */
  QUICK(2, 1, 2, Duration.ofMillis(200), 2, Duration.ofMillis(100)),
  /** Only whether everything still runs; all in one JVM. */
  SMOKE(1, 0, 1, Duration.ofMillis(100), 1, Duration.ofMillis(100));

  private final int rounds;
  private final int forks;
  private final int warmups;
  private final Duration warmup;
  private final int measurements;
  private final Duration measurement;

  Pace(
      int rounds, int forks, int warmups, Duration warmup, int measurements, Duration measurement) {
    this.rounds = rounds;
    this.forks = forks;
    this.warmups = warmups;
    this.warmup = warmup;
    this.measurements = measurements;
    this.measurement = measurement;
  }

  /** How often each contender has its turn, each time in a JVM of its own. */
  int rounds() {
    return rounds;
  }

  ChainedOptionsBuilder apply(ChainedOptionsBuilder options) {
    return options
        .forks(forks)
        .warmupIterations(warmups)
        .warmupTime(TimeValue.milliseconds(warmup.toMillis()))
        .measurementIterations(measurements)
        .measurementTime(TimeValue.milliseconds(measurement.toMillis()));
  }

  /** For the page, so that nobody takes one kind of figure for the other. */
  String words() {
    return name().toLowerCase(java.util.Locale.ROOT)
        + " run: "
        + (forks == 0 ? "all in one JVM, " : rounds + " rounds, each JVM ")
        + warmups
        + " × "
        + warmup.toMillis()
        + " ms to warm up, "
        + measurements
        + " × "
        + measurement.toMillis()
        + " ms measured, per contender and thread count";
  }
}
