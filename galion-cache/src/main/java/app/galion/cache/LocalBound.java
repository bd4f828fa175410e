package app.galion.cache;

import java.nio.charset.StandardCharsets;

/**
 * How much the local tier holds: entries, or bytes as they are when encoded.
 *
 * @param most entries or bytes
 * @param bytes which of them
 */
record LocalBound(long most, boolean bytes) {

  /**
   * What an entry takes beside key and value, measured: rows of both maps, entry, id, and the
   * headers of key and value.
   */
  static final int OVERHEAD = 400;

  static LocalBound entries(long most) {
    return new LocalBound(most, false);
  }

  static LocalBound ofBytes(long most) {
    return new LocalBound(most, true);
  }

  /** What an entry weighs whose value has a size when encoded. */
  static int weight(String name, long size) {
    int key = name.getBytes(StandardCharsets.UTF_8).length;
    return (int) Math.min(Integer.MAX_VALUE, size + key + OVERHEAD);
  }
}
