package app.galion.ratelimit;

/*
 * Tells a bounded map of one use in eight. To count a use costs the map as much as to find what is used,
 * and its counts end at 15, so what is used most is known as well by an eighth. Uses that meet may get
 * lost.
 */
final class Uses {

  private static final int MASK = 7;

  @SuppressWarnings("UnusedVariable") // see above
  private int uses;

  /** Counts a use; whether it is one to tell of. */
  boolean counts() {
    return (++uses & MASK) == 0;
  }
}
