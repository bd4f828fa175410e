package app.galion.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
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
    expire(own.acknowledgedAt);
    ring.addLast(own);
    if (ring.size() > MOST) {
      ring.removeFirst();
      Own next = ring.removeFirst();
      ring.addFirst(new Own(next.at, null, next.acknowledgedAt));
    }
  }

  private void expire(long now) {
    while (!ring.isEmpty() && now - ring.getFirst().acknowledgedAt > KEPT_NANOS) {
      ring.removeFirst();
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

  /** The least number that a journal must show for a first head to prove these writes; 0: none. */
  long provableFrom(Position head) {
    return ring.stream()
        .map(Own::at)
        .filter(at -> at.epoch().equals(head.epoch()) && at.n() <= head.n())
        .mapToLong(Position::n)
        .min()
        .orElse(0);
  }

  /**
   * Takes out what a history does not hold: neither shown to be in it, nor made after it was read.
   *
   * @param end the last write of that history as far as it is known
   */
  List<Own> notIn(Set<Position> shown, Position end, long readAt) {
    return take(
        own ->
            !shown.contains(own.at)
                && !(own.acknowledgedAt - readAt >= 0
                    && own.at.epoch().equals(end.epoch())
                    && own.at.n() > end.n()));
  }

  List<Own> takeAll(long now) {
    expire(now);
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
