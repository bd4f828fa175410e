package app.galion.cache;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/*
 * What surrounds a value in Redis, so that bytes of another program, version, key or fate are seen
 * for what they are:
 *
 *   magic 2 | format 1 | flags 1 | schema name hash 8 | schema version 4 | key hash 8
 *   | loaded at, server microseconds 8 | fresh for, milliseconds 8 | length 4 | value | CRC32C 4
 *
 * Flags: 1 there is no value, 2 the value is deflated. Whoever meets a flag that it does not know
 * takes the envelope for a newer program's.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written
record Envelope(boolean negative, long loadedAtMicros, long freshMillis, byte[] value) {

  private static final short MAGIC = (short) 0x6743;
  private static final byte FORMAT = 1;
  private static final byte NEGATIVE = 1;
  private static final byte DEFLATED = 2;
  private static final int LENGTH_AT = 40;
  private static final int HEADER = 44;
  private static final int CHECKSUM = 4;
  private static final int MOST = CachePolicy.MAX_VALUE_BYTES;
  private static final long MOST_FRESH_MILLIS = Duration.ofDays(365).toMillis();
  private static final byte[] NOTHING = {};

  /** Why bytes are no envelope for this reader. */
  enum Misfit {
    TRUNCATED,
    OVERSIZED,
    MAGIC,
    FORMAT,
    CHECKSUM,
    OTHER_KEY,
    OTHER_SCHEMA,
    /** Times that nobody writes. */
    TIMES,
    /** Not what it declares, once inflated. */
    INFLATION,
    NEWER_SCHEMA,
    NEWER_FLAGS;

    /** Whether it is a newer program's, so to be left alone. */
    boolean newer() {
      return this == NEWER_SCHEMA || this == NEWER_FLAGS;
    }
  }

  /** Either an envelope or the reason why there is none. */
  record Reading(@Nullable Envelope envelope, @Nullable Misfit misfit) {}

  static Envelope of(byte @Nullable [] value, long loadedAtMicros, long freshMillis) {
    return new Envelope(
        value == null, loadedAtMicros, freshMillis, value == null ? NOTHING : value);
  }

  /**
   * @param compressAbove values of more bytes are deflated, if that saves an eighth
   */
  byte[] write(Schema schema, long keyHash, int compressAbove) {
    byte[] smaller = value.length > compressAbove ? Deflated.shrink(value) : null;
    byte[] body = smaller == null ? value : smaller;
    ByteBuffer out = ByteBuffer.allocate(HEADER + body.length + CHECKSUM);
    int flags = (negative ? NEGATIVE : 0) | (smaller == null ? 0 : DEFLATED);
    out.putShort(MAGIC).put(FORMAT).put((byte) flags);
    out.putLong(KeyName.hash(schema.name())).putInt(schema.version()).putLong(keyHash);
    out.putLong(loadedAtMicros).putLong(freshMillis).putInt(body.length).put(body);
    out.putInt(checksum(out.array(), 0, HEADER + body.length));
    return out.array();
  }

  /** How long the value is of which {@link #write} made an envelope. */
  static int valueSize(byte[] written) {
    ByteBuffer in = ByteBuffer.wrap(written);
    return in.getInt((written[3] & DEFLATED) == 0 ? LENGTH_AT : HEADER);
  }

  static Reading read(byte[] bytes, int offset, Schema schema, long keyHash) {
    int size = bytes.length - offset;
    if (size < HEADER + CHECKSUM) {
      return misfit(Misfit.TRUNCATED);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, size);
    if (in.getShort() != MAGIC) {
      return misfit(Misfit.MAGIC);
    }
    if (in.get() != FORMAT) {
      return misfit(Misfit.FORMAT);
    }
    byte flags = in.get();
    long name = in.getLong();
    int version = in.getInt();
    long key = in.getLong();
    long loadedAt = in.getLong();
    long freshMillis = in.getLong();
    int length = in.getInt();
    if (length > MOST) {
      return misfit(Misfit.OVERSIZED);
    }
    if (length != size - HEADER - CHECKSUM) {
      return misfit(Misfit.TRUNCATED);
    }
    if (checksum(bytes, offset, HEADER + length)
        != ByteBuffer.wrap(bytes).getInt(offset + HEADER + length)) {
      return misfit(Misfit.CHECKSUM);
    }
    if (key != keyHash) {
      return misfit(Misfit.OTHER_KEY);
    }
    if (name != KeyName.hash(schema.name()) || version < schema.version()) {
      return misfit(Misfit.OTHER_SCHEMA);
    }
    if (version > schema.version()) {
      return misfit(Misfit.NEWER_SCHEMA);
    }
    if ((flags & ~(NEGATIVE | DEFLATED)) != 0) {
      return misfit(Misfit.NEWER_FLAGS);
    }
    if (loadedAt < 0 || freshMillis < 0 || freshMillis > MOST_FRESH_MILLIS) {
      return misfit(Misfit.TIMES);
    }
    byte[] value = body(in.limit(offset + HEADER + length), (flags & DEFLATED) != 0);
    return value == null
        ? misfit(Misfit.INFLATION)
        : new Reading(new Envelope((flags & NEGATIVE) != 0, loadedAt, freshMillis, value), null);
  }

  private static byte @Nullable [] body(ByteBuffer in, boolean deflated) {
    if (deflated) {
      return Deflated.restore(in, MOST);
    }
    byte[] value = new byte[in.remaining()];
    in.get(value);
    return value;
  }

  private static Reading misfit(Misfit why) {
    return new Reading(null, why);
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
