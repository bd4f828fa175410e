package app.galion.cache;

import java.nio.charset.StandardCharsets;

/**
 * A key's text with what follows from it, the same on every node: the hash says the bucket and is
 * part of the envelope, so it is part of the wire format (FNV-1a, 64 bit, finished as in
 * MurmurHash3).
 */
record KeyName(String namespace, String text, long hash) {

  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  static KeyName of(String namespace, String text) {
    long before = (add(FNV_BASIS, namespace) ^ ':') * FNV_PRIME;
    return new KeyName(namespace, text, finished(add(before, text)));
  }

  int bucket(int buckets) {
    return (int) Long.remainderUnsigned(hash, buckets);
  }

  static long hash(String text) {
    return finished(add(FNV_BASIS, text));
  }

  private static long add(long start, String text) {
    long hash = start;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return addUtf8(start, text);
      }
      hash = (hash ^ c) * FNV_PRIME;
    }
    return hash;
  }

  private static long addUtf8(long start, String text) {
    long hash = start;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  private static long finished(long fnv) {
    long hash = fnv;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
