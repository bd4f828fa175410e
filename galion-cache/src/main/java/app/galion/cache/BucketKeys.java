package app.galion.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** The keys of one bucket, made once; those of an entry by appending to what they share. */
final class BucketKeys {
  final byte[] marker;
  final byte[] tags;
  final byte[] head;
  final byte[] journal;
  final byte[] beat;
  final byte[] bus;

  private final byte[] entries;
  private final byte[] leases;

  BucketKeys(byte[] prefix) {
    marker = append(prefix, "G");
    tags = append(prefix, "T");
    head = append(prefix, "H");
    journal = append(prefix, "J");
    beat = append(prefix, "B");
    bus = append(prefix, "bus");
    entries = append(prefix, "E:");
    leases = append(prefix, "L:");
  }

  byte[] entry(String text) {
    return append(entries, text);
  }

  byte[] lease(String text) {
    return append(leases, text);
  }

  private static byte[] append(byte[] prefix, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    byte[] key = Arrays.copyOf(prefix, prefix.length + bytes.length);
    System.arraycopy(bytes, 0, key, prefix.length, bytes.length);
    return key;
  }
}
