package app.galion.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * This node's writes that Redis acknowledged, for as long as a failover may still lose them. What
 * turns out to be lost is repeated as an invalidation. When more are made than fit, the oldest
 * become one "clear". Guarded by the bucket's lock.
 */
final class OwnWrites {
  private static final int MOST = 1000;
  private static final long KEPT_NANOS = 60_000_000_000L;

  /** An acknowledged write; {@code key} is null for all keys of the bucket. */
  record Own(Position at, @Nullable String key, long acknowledgedAt) {}

  private final Deque<Own> ring = new ArrayDeque<>();

  void add(Own own) {
    while (!ring.isEmpty() && own.acknowledgedAt - ring.getFirst().acknowledgedAt > KEPT_NANOS) {
      ring.removeFirst();
    }
    ring.addLast(own);
    if (ring.size() > MOST) {
      ring.removeFirst();
      Own next = ring.removeFirst();
      ring.addFirst(new Own(next.at, null, next.acknowledgedAt));
    }
  }

  /** Takes out what another write has taken the number of. */
  List<Own> displacedBy(Position at) {
    return take(
        own ->
            own.at.epoch().equals(at.epoch())
                && own.at.n() == at.n()
                && !own.at.id().equals(at.id()));
  }

  /** Takes out what a head, read after the acknowledgement, does not know. */
  List<Own> unknownTo(Position head, long readAt) {
    return take(
        own ->
            own.acknowledgedAt - readAt < 0
                && (!own.at.epoch().equals(head.epoch()) || own.at.n() > head.n()));
  }

  List<Own> takeAll() {
    return take(own -> true);
  }

  private List<Own> take(Predicate<Own> which) {
    List<Own> taken = new ArrayList<>();
    for (Iterator<Own> all = ring.iterator(); all.hasNext(); ) {
      Own own = all.next();
      if (which.test(own)) {
        taken.add(own);
        all.remove();
      }
    }
    return taken;
  }
}
