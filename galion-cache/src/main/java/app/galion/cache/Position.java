package app.galion.cache;

import org.jspecify.annotations.Nullable;

/** A numbered write of a bucket's history. */
record Position(String epoch, long n, String id) {

  /** Reads {@code epoch|n|id}; null for anything else. */
  static @Nullable Position parse(String text) {
    String[] fields = text.split("\\|", -1);
    if (fields.length != 3) {
      return null;
    }
    try {
      return new Position(fields[0], Long.parseLong(fields[1]), fields[2]);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
