package app.galion.spi;

/**
 * Answers whether a piece of work may start now. A circuit, a limiter or a bulkhead is a guard; a
 * cache asks one before it calls a loader or Redis.
 *
 * <p>Implementations are thread-safe. {@link #tryAcquire()} may block up to the guard's own
 * deadline, so it is never called on an event loop.
 */
@FunctionalInterface
public interface Guard {

  /**
   * Asks for leave to start. A granted permit must be ended exactly once, by {@link
   * Permit#success()}, {@link Permit#failure(Throwable)} or {@link Permit#ignore()}.
   *
   * @return a granted permit, or a refusal
   */
  Permit tryAcquire();

  /**
   * Returns the guard that grants everything.
   *
   * @return a shared instance, which allocates nothing
   */
  static Guard none() {
    return Permit::free;
  }
}
