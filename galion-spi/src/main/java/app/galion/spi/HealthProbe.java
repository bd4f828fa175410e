package app.galion.spi;

/**
 * A component that can say how it is. The answer comes from memory, never from I/O, so it may be
 * asked on any thread at any rate. Thread-safe.
 */
public interface HealthProbe {

  /**
   * Returns who is speaking.
   *
   * @return the component's id
   */
  ComponentId id();

  /**
   * Returns how it is now.
   *
   * @return the health
   */
  Health health();
}
