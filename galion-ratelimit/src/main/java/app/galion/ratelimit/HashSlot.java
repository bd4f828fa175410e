package app.galion.ratelimit;

/** The slot of a hash tag on Redis Cluster: CRC16 (XModem) modulo 16384. */
final class HashSlot {

  private static final int SLOTS = 16_384;
  private static final int POLYNOMIAL = 0x1021;

  private HashSlot() {}

  static int of(String asciiTag) {
    int crc = 0;
    for (int i = 0; i < asciiTag.length(); i++) {
      crc ^= asciiTag.charAt(i) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
      }
      crc &= 0xffff;
    }
    return crc % SLOTS;
  }
}
