package app.galion.health;

import java.time.Duration;

/** Deadlines as socket timeouts, where 0 would mean for ever. */
final class Millis {

  private Millis() {}

  static int atLeastOne(Duration duration) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
  }
}
