package app.galion.cache;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/*
 * A value made smaller: its length, 4 bytes, and the raw deflate stream. The envelope's checksum
 * covers both, so the stream carries none of its own. What is inflated is never longer than the
 * length says, and a length that no stream of that size can reach is not even allocated.
 */
final class Deflated {
  private static final int LENGTH = 4;

  /** Deflate repeats 258 bytes by 2 bits at best, so 1032 to 1. */
  private static final int MOST_RATIO = 1032;

  private Deflated() {}

  /** Returns null unless it saves at least an eighth. */
  static byte @Nullable [] shrink(byte[] value) {
    int worthwhile = value.length - value.length / 8 - LENGTH;
    if (worthwhile <= 0) {
      return null;
    }
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      byte[] out = new byte[worthwhile];
      deflater.setInput(value);
      deflater.finish();
      int size = 0;
      while (size < out.length && !deflater.finished()) {
        size += deflater.deflate(out, size, out.length - size);
      }
      return deflater.finished()
          ? ByteBuffer.allocate(LENGTH + size).putInt(value.length).put(out, 0, size).array()
          : null;
    } finally {
      deflater.end();
    }
  }

  /** The length that is declared, or -1 for none that can be true. */
  static int declared(ByteBuffer stream, int most) {
    if (stream.remaining() < LENGTH) {
      return -1;
    }
    int length = stream.getInt(stream.position());
    long reachable = (long) (stream.remaining() - LENGTH) * MOST_RATIO;
    return length < 0 || length > most || length > reachable ? -1 : length;
  }

  /** Returns null for a stream that is broken, or does not give exactly the length declared. */
  static byte @Nullable [] restore(ByteBuffer stream, int most) {
    int length = declared(stream, most);
    if (length < 0) {
      return null;
    }
    stream.getInt();
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(stream);
      byte[] value = new byte[length];
      int size = 0;
      while (size < length) {
        int more = inflater.inflate(value, size, length - size);
        if (more == 0) {
          return null;
        }
        size += more;
      }
      return ended(inflater) ? value : null;
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }

  private static boolean ended(Inflater inflater) throws DataFormatException {
    if (!inflater.finished() && inflater.inflate(new byte[1]) > 0) {
      return false;
    }
    return inflater.finished() && inflater.getRemaining() == 0;
  }
}
