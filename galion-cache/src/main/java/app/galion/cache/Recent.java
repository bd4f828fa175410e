package app.galion.cache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last writes that a bucket applied, by number. Numbers are contiguous, so an array does. */
final class Recent {
  private static final int MOST = 1024;

  private final @Nullable Position[] last = new Position[MOST];

  void restart(Position at) {
    Arrays.fill(last, null);
    add(at);
  }

  void add(Position at) {
    last[slot(at.n())] = at;
  }

  boolean contains(Position at) {
    return at.equals(last[slot(at.n())]);
  }

  private static int slot(long n) {
    return (int) Long.remainderUnsigned(n, MOST);
  }
}
