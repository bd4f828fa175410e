package app.galion.health;

/** Is told when something changes. */
@FunctionalInterface
public interface HealthListener {

  /**
   * Called once for each change, in order, on the engine's listener thread. What it throws is
   * logged and goes no further; while it blocks, up to 1024 changes wait and later ones are dropped
   * and logged.
   *
   * @param transition what changed
   */
  void onTransition(Transition transition);
}
