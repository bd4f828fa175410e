package app.galion.health;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Health;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a check found. The message and the data are for operators; at most 32 data
 * entries and 512 characters of any text are kept.
 *
 * @param status the verdict of this run
 * @param code why it is not up, the only part that is public
 * @param message what happened, for the log and the authorised details
 * @param data facts: int, long, float, double and boolean as they are, everything else as text
 */
public record CheckResult(
    Health.Status status, ErrorCode code, String message, Map<String, Object> data) {

  private static final int MAX_ENTRIES = 32;
  private static final int MAX_TEXT = 512;
  private static final CheckResult UP =
      new CheckResult(Health.Status.UP, ErrorCode.NONE, "", Map.of());

  /**
   * Creates a result; the data are copied and cut to their limits.
   *
   * @param status the verdict
   * @param code why it is not up; {@link ErrorCode#NONE} for a down becomes {@link
   *     ErrorCode#FAILED}
   * @param message what happened
   * @param data facts
   */
  public CheckResult {
    requireNonNull(status, "status");
    boolean unsaid = status == Health.Status.DOWN && code == ErrorCode.NONE;
    code = unsaid ? ErrorCode.FAILED : requireNonNull(code, "code");
    message = cut(requireNonNull(message, "message"));
    data = bounded(data);
  }

  /**
   * Returns an up without data.
   *
   * @return a shared instance
   */
  public static CheckResult up() {
    return UP;
  }

  /**
   * Returns an up with data.
   *
   * @param data facts, in the order they are to be shown
   * @return the result
   */
  public static CheckResult up(Map<String, ?> data) {
    return UP.with(data);
  }

  /**
   * Returns a degraded result: it works with a loss.
   *
   * @param code why
   * @param message what happened, for operators
   * @return the result
   */
  public static CheckResult degraded(ErrorCode code, String message) {
    return new CheckResult(Health.Status.DEGRADED, code, message, Map.of());
  }

  /**
   * Returns a failure.
   *
   * @param code why
   * @param message what happened, for operators
   * @return the result
   */
  public static CheckResult down(ErrorCode code, String message) {
    return new CheckResult(Health.Status.DOWN, code, message, Map.of());
  }

  /**
   * Returns this result with other data.
   *
   * @param newData facts, in the order they are to be shown
   * @return the result
   */
  public CheckResult with(Map<String, ?> newData) {
    return new CheckResult(status, code, message, bounded(newData));
  }

  boolean failure() {
    return status == Health.Status.DOWN;
  }

  private static Map<String, Object> bounded(Map<String, ?> data) {
    Map<String, Object> kept = new LinkedHashMap<>();
    for (Map.Entry<String, ?> entry : data.entrySet()) {
      if (kept.size() == MAX_ENTRIES) {
        break;
      }
      kept.put(cut(entry.getKey()), plain(entry.getValue()));
    }
    return Collections.unmodifiableMap(kept);
  }

  private static Object plain(@Nullable Object value) {
    if (value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Double
        || value instanceof Float) {
      return value;
    }
    return cut(String.valueOf(value));
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
