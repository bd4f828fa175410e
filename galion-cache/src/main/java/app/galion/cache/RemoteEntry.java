package app.galion.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/** An entry as Redis holds it: {@code epoch|ver|id|tags|} and the envelope behind it. */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written
record RemoteEntry(String epoch, long version, String id, boolean tagged, byte[] bytes, int at) {

  private static final int FIELDS = 4;
  private static final int MAX_HEADER = 4096;

  /** Returns null for bytes that are no entry: what cannot be read is a miss. */
  static @Nullable RemoteEntry parse(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    int[] ends = new int[FIELDS];
    int found = 0;
    for (int i = 0; i < Math.min(bytes.length, MAX_HEADER) && found < FIELDS; i++) {
      if (bytes[i] == '|') {
        ends[found++] = i;
      }
    }
    if (found < FIELDS) {
      return null;
    }
    String epoch = new String(bytes, 0, ends[0], ISO_8859_1);
    String id = new String(bytes, ends[1] + 1, ends[2] - ends[1] - 1, ISO_8859_1);
    long version = number(new String(bytes, ends[0] + 1, ends[1] - ends[0] - 1, ISO_8859_1));
    return version < 0
        ? null
        : new RemoteEntry(epoch, version, id, ends[3] > ends[2] + 1, bytes, ends[3] + 1);
  }

  /**
   * Whether it may be shown under its namespace's marker {@code epoch|floor|tagLast|base}; a marker
   * that is missing hides everything.
   */
  boolean visibleUnder(byte @Nullable [] marker) {
    if (marker == null) {
      return false;
    }
    String[] fields = new String(marker, ISO_8859_1).split("\\|", -1);
    if (fields.length != FIELDS || !fields[0].equals(epoch)) {
      return false;
    }
    long floor = number(fields[1]);
    long tagLast = number(fields[2]);
    return floor >= 0 && tagLast >= 0 && version >= floor && (!tagged || version >= tagLast);
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
