package app.galion.circuit;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/* A body as it comes, for one reader. */
final class VendorInputStream extends InputStream {

  private final PipeReader reader;
  private @Nullable ByteBuffer current;
  private boolean closed;

  VendorInputStream(PipeReader reader) {
    this.reader = reader;
  }

  void begin() {
    if (!fill()) {
      throw reader.broken(null);
    }
  }

  private boolean fill() {
    ByteBuffer buffer = current;
    if (buffer != null && buffer.hasRemaining()) {
      return true;
    }
    buffer = reader.poll(Long.MAX_VALUE);
    if (buffer == null || BodyPipe.isEnd(buffer)) {
      Verdict verdict = reader.verdict();
      if (verdict == null || verdict.outcome() != Outcome.OK) {
        throw reader.broken(null);
      }
      return false;
    }
    current = buffer;
    return true;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (closed || !fill()) {
      return -1;
    }
    ByteBuffer buffer = Objects.requireNonNull(current);
    int n = Math.min(length, buffer.remaining());
    buffer.get(into, offset, n);
    reader.delivered(n);
    return n;
  }

  @Override
  public int available() {
    ByteBuffer buffer = current;
    return closed || buffer == null ? 0 : buffer.remaining();
  }

  @Override
  public void close() {
    closed = true;
    reader.close();
  }
}
