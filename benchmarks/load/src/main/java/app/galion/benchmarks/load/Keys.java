package app.galion.benchmarks.load;

/** The keys of a run. */
final class Keys {
  private static final String PREFIX = "user:";

  private Keys() {}

  static String name(int key) {
    return PREFIX + key;
  }

  static int number(String name) {
    return Integer.parseInt(name.substring(PREFIX.length()));
  }
}
