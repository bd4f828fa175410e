package app.galion.reference;

/** Starts the reference API, and drains it when the process is asked to end. */
public final class Main {

  private Main() {}

  /**
   * Starts it; returns when it is ready, and the process lives until it is told to end.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    /* First of all, and with no class loaded but these two: a signal before this ends as 143. */
    Ending ending = new Ending();
    if (ending.install()) {
      new Startup(ending).run(arguments);
    }
  }
}
