package app.galion.cache;

/**
 * Turns a key into its text in Redis. Needed unless keys are {@link String}, {@link Long}, {@link
 * Integer}, {@link java.util.UUID} or {@link VendorKey}; {@code toString} of others is never used.
 *
 * @param <K> the key's type
 */
@FunctionalInterface
public interface KeyEncoder<K> {

  /**
   * Encodes a key. Keys that are equal must give equal texts, other keys other texts, on all nodes
   * and in all versions of the program.
   *
   * @param key the key
   * @return 1 to 1024 bytes of well-formed UTF-8
   */
  String encode(K key);
}
