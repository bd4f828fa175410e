package app.galion.health;

import java.util.Locale;

/** How far the node is in its life; it only ever moves forward. */
public enum Phase {
  /** Not every critical check has been seen to work. */
  STARTING,
  /** It has been ready once. */
  SERVING,
  /** {@link HealthEngine#drain()} was called: never ready again. */
  DRAINING,
  /** {@link HealthEngine#close()} was called. */
  STOPPED;

  private final String text = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the phase as bodies and meters show it.
   *
   * @return the name in lower case
   */
  public String text() {
    return text;
  }
}
