package app.galion.circuit;

import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/* How long a circuit stays open, and how calls come back after it. */
record OpenTime(Duration first, Duration longest, double jitter, Duration ramp, Duration latch) {

  private static final Duration LONGEST_ASKED = Duration.ofMinutes(2);

  /* Doubled with each trip, spread to both sides; never shorter than the vendor asked, in reason. */
  long nanos(int trips, @Nullable Duration asked, DoubleSupplier random) {
    double grown = first.toNanos() * Math.pow(2, Math.min(trips, 30));
    double capped = Math.min(grown, (double) longest.toNanos());
    double spread = capped * (1 + jitter * (2 * random.getAsDouble() - 1));
    if (asked == null) {
      return (long) spread;
    }
    Duration honoured = asked.compareTo(LONGEST_ASKED) < 0 ? asked : LONGEST_ASKED;
    return (long) Math.max(spread, later(honoured.toNanos(), random));
  }

  /* Spread to later only: nobody comes before the time that the vendor gave. */
  double later(long nanos, DoubleSupplier random) {
    return nanos * (1 + jitter * random.getAsDouble());
  }

  void addProblems(List<String> problems) {
    if (first.compareTo(longest) > 0) {
      problems.add("openFor " + first + " is longer than maxOpenFor " + longest);
    }
  }
}
