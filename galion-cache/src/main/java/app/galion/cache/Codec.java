package app.galion.cache;

/**
 * Turns values into bytes and back. Called on the caller's thread or the cache's executor, never on
 * an I/O thread. Implementations are thread-safe. Bytes come from Redis and are not to be trusted:
 * whatever {@link #decode} throws makes the entry a miss.
 *
 * @param <V> the value's type
 */
public interface Codec<V> {

  /**
   * Encodes a value.
   *
   * @param value the value
   * @return its bytes
   * @throws Exception if it cannot be encoded; it is then kept in this process only
   */
  byte[] encode(V value) throws Exception;

  /**
   * Decodes a value.
   *
   * @param bytes what {@link #encode} gave, possibly in another version of the program
   * @return the value, never null
   * @throws Exception if it cannot be decoded; the entry is then a miss
   */
  V decode(byte[] bytes) throws Exception;

  /**
   * Returns the shape of the bytes.
   *
   * @return the same for the life of this object
   */
  Schema schema();

  /**
   * Returns the codec of strings, as UTF-8.
   *
   * @return a shared instance
   */
  static Codec<String> string() {
    return StringCodec.INSTANCE;
  }

  /**
   * Returns the codec of byte arrays. Arrays are neither copied on the way in nor on the way out:
   * treat them as immutable.
   *
   * @return a shared instance
   */
  static Codec<byte[]> bytes() {
    return BytesCodec.INSTANCE;
  }
}

enum BytesCodec implements Codec<byte[]> {
  INSTANCE;

  private static final Schema SCHEMA = new Schema("bytes", 1);

  @Override
  public byte[] encode(byte[] value) {
    return value;
  }

  @Override
  public byte[] decode(byte[] bytes) {
    return bytes;
  }

  @Override
  public Schema schema() {
    return SCHEMA;
  }
}
