package app.galion.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import app.galion.redis.Reply;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An entry as Redis holds it: {@code epoch|ver|id|tags|} and the envelope behind it.
 *
 * @param at where the envelope begins
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written
record RemoteEntry(byte[] bytes, int epochEnd, long version, String id, Tags tags, int at) {

  private static final int MAX_HEADER = 4096;
  private static final long MOST_TENTH = Long.MAX_VALUE / 10 - 1;

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
    int most = Math.min(bytes.length, MAX_HEADER);
    int epochEnd = fieldEnd(bytes, -1, most);
    int versionEnd = fieldEnd(bytes, epochEnd, most);
    int idEnd = fieldEnd(bytes, versionEnd, most);
    int tagsEnd = fieldEnd(bytes, idEnd, most);
    long version = tagsEnd == most ? -1 : number(bytes, epochEnd + 1, versionEnd);
    if (version < 0) {
      return null;
    }
    String id = new String(bytes, versionEnd + 1, idEnd - versionEnd - 1, ISO_8859_1);
    String tags = new String(bytes, idEnd + 1, tagsEnd - idEnd - 1, ISO_8859_1);
    return new RemoteEntry(bytes, epochEnd, version, id, Tags.parse(tags), tagsEnd + 1);
  }

  String epoch() {
    return new String(bytes, 0, epochEnd, ISO_8859_1);
  }

  /**
   * Whether it may be shown under its namespace's marker {@code epoch|floor|tagLast|base}; a marker
   * that is missing hides everything.
   */
  Sight under(byte @Nullable [] marker) {
    if (marker == null) {
      return Sight.HIDDEN;
    }
    int most = marker.length;
    int markedEpochEnd = fieldEnd(marker, -1, most);
    int floorEnd = fieldEnd(marker, markedEpochEnd, most);
    int tagLastEnd = fieldEnd(marker, floorEnd, most);
    boolean whole = tagLastEnd < most && fieldEnd(marker, tagLastEnd, most) == most;
    if (!whole || !isOf(marker, markedEpochEnd)) {
      return Sight.HIDDEN;
    }
    long floor = number(marker, markedEpochEnd + 1, floorEnd);
    long tagLast = number(marker, floorEnd + 1, tagLastEnd);
    if (floor < 0 || tagLast < 0 || version < floor) {
      return Sight.HIDDEN;
    }
    return tags.isEmpty() || version >= tagLast ? Sight.SHOWN : Sight.ASK_TAGS;
  }

  /** Whether the tag table, as {@link Remote#tags} reads it, has nothing against the entry. */
  boolean sparedBy(Reply table) {
    byte[] of = table.bytes(0);
    byte[] floor = table.bytes(1);
    if (of == null || floor == null || !isOf(of, of.length)) {
      return false;
    }
    long from = number(floor, 0, floor.length);
    if (from < 0 || version < from) {
      return false;
    }
    for (int i = 2; i < table.size(); i++) {
      byte[] last = table.bytes(i);
      if (last != null) {
        long at = number(last, 0, last.length);
        if (at < 0 || version < at) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isOf(byte[] epoch, int length) {
    return Arrays.equals(bytes, 0, epochEnd, epoch, 0, length);
  }

  /** Where the field behind a separator ends; {@code most} where no other one follows. */
  private static int fieldEnd(byte[] bytes, int separator, int most) {
    for (int i = separator + 1; i < most; i++) {
      if (bytes[i] == '|') {
        return i;
      }
    }
    return most;
  }

  private static long number(byte[] digits, int from, int to) {
    long number = from < to ? 0 : -1;
    for (int i = from; i < to; i++) {
      int digit = digits[i] - '0';
      if (digit < 0 || digit > 9 || number > MOST_TENTH) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
