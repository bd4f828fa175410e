package app.galion.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Writes requests in the Redis protocol: {@code *count}, then {@code $length} and bytes each. */
final class Wire {

  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(US_ASCII);

  private Wire() {}

  /* Parts that are the same in every request, written once. */
  static byte[] parts(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write('$');
      out.writeBytes(Integer.toString(part.length).getBytes(US_ASCII));
      out.writeBytes(CRLF);
      out.writeBytes(part);
      out.writeBytes(CRLF);
    }
    return out.toByteArray();
  }

  static void ping(ByteBuf out) {
    out.writeBytes(PING);
  }

  static void header(ByteBuf out, int count) {
    number(out, '*', count);
  }

  static void part(ByteBuf out, byte[] part) {
    out.ensureWritable(part.length + 16);
    number(out, '$', part.length);
    out.writeBytes(part);
    out.writeBytes(CRLF);
  }

  static void parts(ByteBuf out, List<byte[]> parts) {
    for (int i = 0; i < parts.size(); i++) {
      part(out, parts.get(i));
    }
  }

  /* An integer as a part. */
  static void part(ByteBuf out, int value) {
    number(out, '$', digits(value));
    writeDigits(out, value);
    out.writeBytes(CRLF);
  }

  private static void number(ByteBuf out, char marker, int value) {
    out.writeByte(marker);
    writeDigits(out, value);
    out.writeBytes(CRLF);
  }

  private static void writeDigits(ByteBuf out, int value) {
    int divisor = 1;
    for (int rest = value / 10; rest > 0; rest /= 10) {
      divisor *= 10;
    }
    for (; divisor > 0; divisor /= 10) {
      out.writeByte('0' + value / divisor % 10);
    }
  }

  private static int digits(int value) {
    int digits = 1;
    for (int rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
