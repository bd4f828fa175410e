package app.galion.health;

/** How far the drain is, as {@code /health/drain} tells it. */
record DrainState(boolean draining, boolean drained, int inFlight, long elapsedNanos) {

  String status() {
    if (!draining) {
      return "serving";
    }
    return drained ? "drained" : "draining";
  }
}
