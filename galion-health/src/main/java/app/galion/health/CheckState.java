package app.galion.health;

import java.util.Locale;

/** Where a check stands, after hysteresis and ageing. */
public enum CheckState {
  /** Works. */
  UP,
  /** Works with a stated loss. */
  DEGRADED,
  /** Failed as often in a row as its options ask for. */
  DOWN,
  /** Nothing recent is known. */
  UNKNOWN;

  private final String text = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the state as bodies and meters show it.
   *
   * @return the name in lower case
   */
  public String text() {
    return text;
  }

  boolean works() {
    return this == UP || this == DEGRADED;
  }
}
