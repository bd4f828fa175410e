package app.galion.cache;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Writes of one bucket that Redis has not acknowledged, to be repeated as invalidations. While one
 * is here its key is gated: neither read from Redis nor stored from there. A drain's reply removes
 * only what it was sent for. Too many keys become one "clear". Guarded by the bucket's lock.
 */
final class Outbox {
  private static final int MOST = 1000;

  /** Something to repeat; {@code key} is null for all keys. */
  record Item(@Nullable String key, long counter) {}

  private final Map<String, Long> keys = new LinkedHashMap<>();
  private long counter;
  private long clear;

  void add(@Nullable String key) {
    counter++;
    if (key == null || keys.size() >= MOST) {
      keys.clear();
      clear = counter;
    } else if (clear == 0) {
      keys.put(key, counter);
    } else {
      clear = counter;
    }
  }

  boolean gates(String key) {
    return clear != 0 || keys.containsKey(key);
  }

  boolean isEmpty() {
    return clear == 0 && keys.isEmpty();
  }

  int size() {
    return keys.size() + (clear == 0 ? 0 : 1);
  }

  List<Item> items() {
    List<Item> items = new ArrayList<>();
    if (clear != 0) {
      items.add(new Item(null, clear));
    }
    keys.forEach((key, at) -> items.add(new Item(key, at)));
    return items;
  }

  void drained(Item item) {
    if (item.key == null) {
      if (clear == item.counter) {
        clear = 0;
      }
    } else {
      keys.remove(item.key, item.counter);
    }
  }
}
