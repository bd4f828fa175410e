package app.galion.cache;

import java.nio.charset.StandardCharsets;

/**
 * A key's text with what follows from it, the same on every node: the hash says the bucket and is
 * part of the envelope, so it is part of the wire format (FNV-1a, 64 bit, finished as in
 * MurmurHash3).
 */
record KeyName(String namespace, String text, long hash) {

  static KeyName of(String namespace, String text) {
    return new KeyName(namespace, text, hash(namespace + ":" + text));
  }

  int bucket(int buckets) {
    return (int) Long.remainderUnsigned(hash, buckets);
  }

  static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
