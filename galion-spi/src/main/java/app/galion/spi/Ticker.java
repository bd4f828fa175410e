package app.galion.spi;

/**
 * A source of elapsed nanoseconds since some fixed but arbitrary point in time. Only differences of
 * two readings mean anything; compare as {@code now - deadline >= 0}, since readings may overflow.
 *
 * <p>Implementations are thread-safe, never block and never run backwards.
 */
@FunctionalInterface
public interface Ticker {

  /**
   * Returns the elapsed nanoseconds.
   *
   * @return nanoseconds since the ticker's origin, possibly negative
   */
  long read();

  /**
   * Returns the ticker of this JVM, {@link System#nanoTime()}.
   *
   * @return a shared instance
   */
  static Ticker system() {
    return SystemTicker.INSTANCE;
  }
}

enum SystemTicker implements Ticker {
  INSTANCE;

  @Override
  public long read() {
    return System.nanoTime();
  }

  @Override
  public String toString() {
    return "Ticker.system()";
  }
}
