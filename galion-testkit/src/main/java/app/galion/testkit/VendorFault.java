package app.galion.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link VendorSimulator} does to a call instead of answering it well. Immutable and safe
 * for use by several threads; each method returns a changed copy.
 *
 * @param status the status to answer with; 0 for the regular answer
 * @param headers added to the answer
 * @param body the body to answer with; {@code null} for the regular one, or for none with a status
 * @param delay silence before the first byte
 * @param stallAfterBytes bytes of the body after which silence begins, until the caller leaves or
 *     the faults are cleared; -1 for never
 * @param cutAfterBytes bytes of the body after which the connection closes; -1 for never
 * @param times how many calls it befalls; at least 1
 */
public record VendorFault(
    int status,
    Map<String, String> headers,
    @Nullable String body,
    Duration delay,
    long stallAfterBytes,
    long cutAfterBytes,
    int times) {

  private static final VendorFault NONE =
      new VendorFault(0, Map.of(), null, Duration.ZERO, -1, -1, 1);

  /**
   * Checks and copies.
   *
   * @param status see the record
   * @param headers see the record
   * @param body see the record
   * @param delay see the record
   * @param stallAfterBytes see the record
   * @param cutAfterBytes see the record
   * @param times see the record
   * @throws IllegalArgumentException if a number is out of its range
   */
  public VendorFault {
    headers = Map.copyOf(headers);
    Objects.requireNonNull(delay, "delay");
    require(status == 0 || (status >= 200 && status <= 599), "status", status, "200 to 599");
    require(!delay.isNegative(), "delay_ms", delay.toMillis(), "0 or more");
    require(stallAfterBytes >= -1, "stall_after_bytes", stallAfterBytes, "0 or more");
    require(cutAfterBytes >= -1, "cut_after_bytes", cutAfterBytes, "0 or more");
    require(times >= 1, "times", times, "1 or more");
  }

  private static void require(boolean holds, String field, long value, String range) {
    if (!holds) {
      throw new IllegalArgumentException(field + " is " + value + ", it must be " + range);
    }
  }

  /**
   * Answers with a status and an empty body.
   *
   * @param status 200 to 599
   * @return the fault
   */
  public static VendorFault status(int status) {
    return new VendorFault(status, Map.of(), null, Duration.ZERO, -1, -1, 1);
  }

  /**
   * Answers well after a silence.
   *
   * @param delay how long, 0 or more
   * @return the fault
   */
  public static VendorFault delay(Duration delay) {
    return new VendorFault(0, Map.of(), null, delay, -1, -1, 1);
  }

  /**
   * Begins a good answer and falls silent.
   *
   * @param bytes of the body before that, 0 or more
   * @return the fault
   */
  public static VendorFault stallAfter(long bytes) {
    return new VendorFault(0, Map.of(), null, Duration.ZERO, bytes, -1, 1);
  }

  /**
   * Begins a good answer and closes the connection.
   *
   * @param bytes of the body before that, 0 or more
   * @return the fault
   */
  public static VendorFault cutAfter(long bytes) {
    return new VendorFault(0, Map.of(), null, Duration.ZERO, -1, bytes, 1);
  }

  /**
   * Adds a header.
   *
   * @param name its name
   * @param value its value
   * @return a copy with it
   */
  public VendorFault header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new VendorFault(status, more, body, delay, stallAfterBytes, cutAfterBytes, times);
  }

  /**
   * Sets the body.
   *
   * @param text the body, sent as UTF-8
   * @return a copy with it
   */
  public VendorFault body(String text) {
    return new VendorFault(status, headers, text, delay, stallAfterBytes, cutAfterBytes, times);
  }

  /**
   * Sets how many calls it befalls.
   *
   * @param count 1 or more
   * @return a copy with it
   */
  public VendorFault times(int count) {
    return new VendorFault(status, headers, body, delay, stallAfterBytes, cutAfterBytes, count);
  }

  static VendorFault none() {
    return NONE;
  }

  /** Whether the vendor's own answer goes out, if perhaps late or not to its end. */
  boolean answersWell() {
    return status == 0 && body == null;
  }
}
