package app.galion.health;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An answer of the engine, for any HTTP server to send. Immutable. */
public final class HttpResult {

  private static final String JSON = "application/json";

  private final int status;
  private final Map<String, String> headers;
  private final String text;

  HttpResult(int status, Map<String, String> headers, String text) {
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  /**
   * Returns the HTTP status.
   *
   * @return 200, 202, 404, 405 or 503
   */
  public int status() {
    return status;
  }

  /**
   * Returns the media type of the body.
   *
   * @return always {@code application/json}
   */
  public String contentType() {
    return JSON;
  }

  /**
   * Returns the other headers to send.
   *
   * @return name to value, immutable, without Content-Type and Content-Length
   */
  public Map<String, String> headers() {
    return headers;
  }

  /**
   * Returns the body.
   *
   * @return UTF-8 bytes of the caller's own, none for HEAD
   */
  public byte[] body() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns the body as text.
   *
   * @return the same as {@link #body()}
   */
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return status + " " + text;
  }
}
