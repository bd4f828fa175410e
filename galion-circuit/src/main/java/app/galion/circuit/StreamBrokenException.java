package app.galion.circuit;

import app.galion.spi.ComponentId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stream that broke after it had delivered something: what the reader has is a part, and asking
 * again would be paid again. A stream that breaks before its first byte is a plain {@link
 * VendorException}.
 */
public final class StreamBrokenException extends VendorException {

  private static final long serialVersionUID = 1L;

  private final long delivered;

  StreamBrokenException(
      ComponentId id,
      Verdict verdict,
      @Nullable Instant retryAt,
      @Nullable Throwable cause,
      long delivered) {
    super(id, verdict, retryAt, cause);
    this.delivered = delivered;
  }

  /**
   * Returns how much the reader had received.
   *
   * @return events of an {@link EventStream}, bytes of an {@code InputStream}; at least 1
   */
  public long delivered() {
    return delivered;
  }
}
