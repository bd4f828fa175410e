package app.galion.cache;

import java.util.concurrent.ConcurrentHashMap;

/*
 * When tags were invalidated, in this node's own count. An entry with tags remembers the count when
 * its ticket was opened; a tag invalidated later hides it. Too many tags, and all tagged entries of
 * before are hidden. Written under the bucket's lock, read without.
 */
final class TagClock {
  private static final int MOST = 1000;

  private final ConcurrentHashMap<String, Integer> last = new ConcurrentHashMap<>();
  private volatile int now;
  private volatile int floor;

  int now() {
    return now;
  }

  synchronized void invalidate(String tag) {
    int next = now + 1;
    if (last.size() >= MOST && !last.containsKey(tag)) {
      floor = next;
      last.clear();
    }
    last.put(tag, next);
    now = next;
  }

  int size() {
    return last.size();
  }

  boolean spared(Tags tags, int since) {
    if (now == since) {
      return true;
    }
    if (since < floor) {
      return false;
    }
    for (String tag : tags.each()) {
      Integer at = last.get(tag);
      if (at != null && at > since) {
        return false;
      }
    }
    return since >= floor; /* once more: the floor rises before the table is emptied */
  }
}
