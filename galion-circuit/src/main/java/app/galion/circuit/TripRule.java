package app.galion.circuit;

import java.time.Duration;

/* What opens a circuit: so many failures in a row, or such a share of the calls in a window. */
record TripRule(int consecutiveFailures, double failureRate, int minimumCalls, Duration window) {

  boolean tripsAt(int failuresInARow) {
    return failuresInARow >= consecutiveFailures;
  }

  String inARow(int failures) {
    return failures + " consecutive failures (limit " + consecutiveFailures + ")";
  }

  String byRate() {
    return Math.round(failureRate * 100)
        + " % or more of at least "
        + minimumCalls
        + " calls in "
        + window.toSeconds()
        + " s failed";
  }
}
