package app.galion.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import app.galion.redis.Reply;
import org.jspecify.annotations.Nullable;

/** An entry as Redis holds it: {@code epoch|ver|id|tags|} and the envelope behind it. */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written
record RemoteEntry(String epoch, long version, String id, Tags tags, byte[] bytes, int at) {

  private static final int FIELDS = 4;
  private static final int MAX_HEADER = 4096;

  /** Whether an entry may be shown. */
  enum Sight {
    SHOWN,
    HIDDEN,
    /** Some tag was invalidated since: the tag table must tell whether one of its own. */
    ASK_TAGS
  }

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
        : new RemoteEntry(
            epoch,
            version,
            id,
            Tags.parse(new String(bytes, ends[2] + 1, ends[3] - ends[2] - 1, ISO_8859_1)),
            bytes,
            ends[3] + 1);
  }

  /**
   * Whether it may be shown under its namespace's marker {@code epoch|floor|tagLast|base}; a marker
   * that is missing hides everything.
   */
  Sight under(byte @Nullable [] marker) {
    if (marker == null) {
      return Sight.HIDDEN;
    }
    String[] fields = new String(marker, ISO_8859_1).split("\\|", -1);
    if (fields.length != FIELDS || !fields[0].equals(epoch)) {
      return Sight.HIDDEN;
    }
    long floor = number(fields[1]);
    long tagLast = number(fields[2]);
    if (floor < 0 || tagLast < 0 || version < floor) {
      return Sight.HIDDEN;
    }
    return tags.isEmpty() || version >= tagLast ? Sight.SHOWN : Sight.ASK_TAGS;
  }

  /** Whether the tag table, as {@link Remote#tags} reads it, has nothing against the entry. */
  boolean sparedBy(Reply table) {
    byte[] of = table.bytes(0);
    byte[] floor = table.bytes(1);
    if (of == null || floor == null || !new String(of, ISO_8859_1).equals(epoch)) {
      return false;
    }
    long from = number(new String(floor, ISO_8859_1));
    if (from < 0 || version < from) {
      return false;
    }
    for (int i = 2; i < table.size(); i++) {
      byte[] last = table.bytes(i);
      if (last != null) {
        long at = number(new String(last, ISO_8859_1));
        if (at < 0 || version < at) {
          return false;
        }
      }
    }
    return true;
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
