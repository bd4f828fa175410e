package app.galion.cache;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What was last decided for a key beyond a plain hit in this process, for {@code explain}. Bounded:
 * keys share places, the later one wins.
 */
final class Decisions {
  private static final int PLACES = 1024;

  /** A decision and when it was made, by the cache's ticker. */
  record Decision(String key, String what, long at) {}

  private final AtomicReferenceArray<@Nullable Decision> last = new AtomicReferenceArray<>(PLACES);

  void note(KeyName name, String what, long now) {
    last.setPlain(place(name), new Decision(name.text(), what, now));
  }

  @Nullable Decision of(KeyName name) {
    Decision decision = last.get(place(name));
    return decision != null && decision.key.equals(name.text()) ? decision : null;
  }

  private static int place(KeyName name) {
    return (int) Long.remainderUnsigned(name.hash(), PLACES);
  }
}
