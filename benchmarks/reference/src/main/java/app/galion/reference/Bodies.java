package app.galion.reference;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;

/** Request bodies, read up to their limit and no further. */
final class Bodies {

  static final int JSON_LIMIT = 64 * 1024;
  static final int AUDIO_LIMIT = 26_214_400;
  static final int FILE_LIMIT = 10 * 1024 * 1024;

  private Bodies() {}

  static Fields json(Context context) throws IOException {
    return new Fields(Json.object(bytes(context, JSON_LIMIT)));
  }

  /** A JSON object, or nothing at all. */
  static void optionalJson(Context context) throws IOException {
    byte[] body = bytes(context, JSON_LIMIT);
    if (body.length > 0) {
      Json.object(body);
    }
  }

  static byte[] bytes(Context context, int limit) throws IOException {
    requireDeclaredWithin(context, limit);
    byte[] body = context.req().getInputStream().readNBytes(limit + 1);
    if (body.length > limit) {
      throw ApiError.tooLarge(limit);
    }
    return body;
  }

  static InputStream stream(Context context, int limit) throws IOException {
    requireDeclaredWithin(context, limit);
    return new Capped(context.req().getInputStream(), limit);
  }

  static void requireDeclaredWithin(Context context, int limit) {
    if (context.req().getContentLengthLong() > limit) {
      throw ApiError.tooLarge(limit);
    }
  }

  /** Ends with a 413 when more comes than may. */
  private static final class Capped extends InputStream {

    private final InputStream source;
    private final int limit;
    private long read;

    Capped(InputStream source, int limit) {
      this.source = source;
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      int next = source.read();
      count(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = source.read(buffer, offset, length);
      count(Math.max(count, 0));
      return count;
    }

    private void count(int more) {
      read += more;
      if (read > limit) {
        throw ApiError.tooLarge(limit);
      }
    }
  }
}
