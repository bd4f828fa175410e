package app.galion.cache;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Ids of this node's own writes whose reply was applied and whose message is still to come: it then
 * changes nothing more. Bounded; an id that was pushed out costs one needless drop. Guarded by the
 * bucket's lock.
 */
final class Echoes {
  private static final int MOST = 1000;

  private final Set<String> ids = new LinkedHashSet<>();

  void expect(String id) {
    ids.add(id);
    if (ids.size() > MOST) {
      ids.remove(ids.iterator().next());
    }
  }

  boolean forget(String id) {
    return ids.remove(id);
  }

  void clear() {
    ids.clear();
  }
}
