package app.galion.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * A write as a message or a row of the journal tells it.
 *
 * @param at its place in the bucket's history
 * @param before the id of the write before it
 * @param key the key's text; of a tag, the tag
 */
record Write(int bucket, Position at, String before, Kind kind, String key) {

  /** What is written. */
  enum Kind {
    PUT,
    INV,
    CLEAR,
    TAG,
    /** Only a number: a marker was made anew. */
    NOP;

    static Kind of(String word) {
      return switch (word) {
        case "put" -> PUT;
        case "inv" -> INV;
        case "clear" -> CLEAR;
        case "tag" -> TAG;
        default -> NOP;
      };
    }
  }

  /** The end of a lease that others wait for. */
  record Release(int bucket, String token, String why, String key) {}

  private static final int WRITE_FIELDS = 8;
  private static final int RELEASE_FIELDS = 5;

  /** Returns a {@link Write}, a {@link Release}, or null for what is neither. */
  static @Nullable Object parse(byte[] message) {
    String text = new String(message, UTF_8);
    try {
      if (text.startsWith("m|")) {
        String[] f = text.split("\\|", WRITE_FIELDS);
        return f.length < WRITE_FIELDS
            ? null
            : new Write(
                Integer.parseInt(f[1]),
                new Position(f[2], Long.parseLong(f[3]), f[4]),
                f[5],
                Kind.of(f[6]),
                f[7]);
      }
      if (text.startsWith("k|")) {
        String[] f = text.split("\\|", RELEASE_FIELDS);
        return f.length < RELEASE_FIELDS
            ? null
            : new Release(Integer.parseInt(f[1]), f[2], f[3], f[4]);
      }
    } catch (NumberFormatException e) {
      return null;
    }
    return null;
  }
}
