package app.galion.benchmarks;

import java.time.Duration;
import java.util.Locale;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long a run takes its time. What asks Redis needs long to warm up: one thread because its code
 * does not run while it waits, many because they take the processors from the compiler.
 */
enum Pace {
  /** For figures to commit. */
  FULL(2, 9, Duration.ofMinutes(30)),
  /** For a first look while working on something. */
  QUICK(1, 2, Duration.ofMinutes(12)),
  /** Only whether everything still runs; all in one JVM. */
  SMOKE(1, 1, Duration.ofMinutes(6));

  /** What one JVM does. */
  record Trial(int forks, int warmups, long warmupMillis, int measurements, long measuredMillis) {

    ChainedOptionsBuilder apply(ChainedOptionsBuilder options) {
      return options
          .forks(forks)
          .warmupIterations(warmups)
          .warmupTime(TimeValue.milliseconds(warmupMillis))
          .measurementIterations(measurements)
          .measurementTime(TimeValue.milliseconds(measuredMillis));
    }

    String words() {
      return String.format(
          Locale.ROOT,
          "%d × %d ms to warm up, %d × %d ms measured",
          warmups,
          warmupMillis,
          measurements,
          measuredMillis);
    }
  }

  private static final Trial ALONE_AT_REDIS = new Trial(1, 6, 1_000, 5, 300);
  private static final Trial MANY_AT_REDIS = new Trial(1, 8, 1_000, 5, 300);
  private static final Trial LOCAL = new Trial(1, 3, 250, 3, 150);
  private static final Trial LOOK = new Trial(0, 1, 100, 1, 100);

  private final int least;
  private final int most;
  private final Duration budget;

  Pace(int least, int most, Duration budget) {
    this.least = least;
    this.most = most;
    this.budget = budget;
  }

  Trial trial(boolean redisBound, int threads) {
    if (this == SMOKE) {
      return LOOK;
    }
    return redisBound ? threads == 1 ? ALONE_AT_REDIS : MANY_AT_REDIS : LOCAL;
  }

  /** How long a run of all questions may take on a machine with two processors. */
  String budgetWords() {
    return name().toLowerCase(Locale.ROOT) + " run, " + budget.toMinutes() + " min for all";
  }

  /** Whether there is time for one more round, in which each contender has a JVM of its own. */
  boolean goesOn(int rounds, Duration taken) {
    return rounds < least
        || (rounds < most && taken.plus(taken.dividedBy(rounds)).compareTo(budget) <= 0);
  }

  /** For the page, so that nobody takes one kind of figure for the other. */
  String words(int rounds, boolean redisBound) {
    Trial alone = trial(redisBound, 1);
    Trial many = trial(redisBound, 2);
    return name().toLowerCase(Locale.ROOT)
        + " run: "
        + (this == SMOKE ? "all in one JVM, " : "rounds: " + rounds + ", each JVM ")
        + alone.words()
        + (many.equals(alone) ? "" : " (several threads: " + many.words() + ")")
        + ", per contender and thread count";
  }
}
