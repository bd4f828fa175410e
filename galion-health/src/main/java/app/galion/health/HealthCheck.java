package app.galion.health;

import java.time.Duration;

/**
 * Finds out how something is. The engine calls it in the background, never twice at once, on a
 * thread of its own; it may block, fail or hang without harm to anything but its own state.
 */
@FunctionalInterface
public interface HealthCheck {

  /**
   * Looks. Anything thrown counts as a failure; a result after the deadline counts as none.
   *
   * @param deadline how long the engine waits, to be handed to drivers as their timeout
   * @return what was found
   * @throws Exception for anything that went wrong; its text is shown to operators only
   */
  CheckResult check(Duration deadline) throws Exception;

  /**
   * Sets the options that suit this check where they differ from the defaults; called once, before
   * the user's own settings.
   *
   * @param options the options to change
   */
  default void prefer(CheckOptions options) {}
}
