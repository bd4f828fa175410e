package app.galion.cache;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/*
 * What surrounds a value in Redis, so that bytes of another program, version, key or fate are seen
 * for what they are:
 *
 *   magic 2 | format 1 | flags 1 | schema name hash 8 | schema version 4 | key hash 8
 *   | loaded at, server microseconds 8 | fresh for, milliseconds 8 | length 4 | value | CRC32C 4
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written
record Envelope(boolean negative, long loadedAtMicros, long freshMillis, byte[] value) {

  private static final short MAGIC = (short) 0x6743;
  private static final byte FORMAT = 1;
  private static final byte NEGATIVE = 1;
  private static final int HEADER = 44;
  private static final int CHECKSUM = 4;
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
    NEWER_SCHEMA,
    UNDECODABLE
  }

  /** Either an envelope or the reason why there is none. */
  record Reading(@Nullable Envelope envelope, @Nullable Misfit misfit) {}

  static Envelope of(byte @Nullable [] value, long loadedAtMicros, long freshMillis) {
    return new Envelope(
        value == null, loadedAtMicros, freshMillis, value == null ? NOTHING : value);
  }

  byte[] write(Schema schema, long keyHash) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + value.length + CHECKSUM);
    out.putShort(MAGIC).put(FORMAT).put(negative ? NEGATIVE : 0);
    out.putLong(KeyName.hash(schema.name())).putInt(schema.version()).putLong(keyHash);
    out.putLong(loadedAtMicros).putLong(freshMillis).putInt(value.length).put(value);
    out.putInt(checksum(out.array(), 0, HEADER + value.length));
    return out.array();
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
    if (length > CachePolicy.MAX_VALUE_BYTES) {
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
    byte[] value = new byte[length];
    in.get(value);
    return new Reading(new Envelope((flags & NEGATIVE) != 0, loadedAt, freshMillis, value), null);
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
