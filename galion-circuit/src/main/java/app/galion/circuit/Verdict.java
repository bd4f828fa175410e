package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The classifier's finding on one answer.
 *
 * @param outcome the class
 * @param status the HTTP status, 0 when there was none
 * @param code the vendor's error code or type, null when it gave none
 * @param message the vendor's message or what happened here, keys in it masked, at most 500
 *     characters, or null
 * @param retryAfter how long the vendor asks to wait, or null
 * @param latches whether the whole key is to be refused from now on; only with an outcome whose
 *     effect is {@link Outcome.Effect#LATCH}
 */
public record Verdict(
    Outcome outcome,
    int status,
    @Nullable String code,
    @Nullable String message,
    @Nullable Duration retryAfter,
    boolean latches) {

  private static final int MAX_MESSAGE = 500;
  private static final Verdict OK = of(Outcome.OK, 200, null, null);

  /**
   * Creates a verdict.
   *
   * @param outcome the class
   * @param status the HTTP status, or 0
   * @param code the vendor's code, or null
   * @param message what happened, or null
   * @param retryAfter how long to wait, or null
   * @param latches whether the key is to be refused
   * @throws IllegalArgumentException if the wait is negative or a latch comes with an outcome that
   *     has none
   */
  public Verdict {
    requireNonNull(outcome, "outcome");
    if (retryAfter != null && retryAfter.isNegative()) {
      throw new IllegalArgumentException("retryAfter " + retryAfter + " must be >= 0");
    }
    if (latches && outcome.effect() != Outcome.Effect.LATCH) {
      throw new IllegalArgumentException(outcome + " does not latch; QUOTA and AUTH do");
    }
    if (message != null) {
      message = Secrets.masked(message);
      if (message.length() > MAX_MESSAGE) {
        message = message.substring(0, MAX_MESSAGE - 1) + "…";
      }
    }
  }

  /**
   * Returns the verdict on a good answer.
   *
   * @return a shared instance
   */
  public static Verdict ok() {
    return OK;
  }

  /**
   * Returns a verdict without an HTTP answer behind it. QUOTA and AUTH latch the key.
   *
   * @param outcome the class
   * @param message what happened
   * @return the verdict
   */
  public static Verdict of(Outcome outcome, String message) {
    return of(outcome, 0, null, message);
  }

  static Verdict of(Outcome outcome, int status, @Nullable String code, @Nullable String message) {
    boolean latches = outcome.effect() == Outcome.Effect.LATCH;
    return new Verdict(outcome, status, code, message, null, latches);
  }

  /* "503 server_is_overloaded", "TRANSPORT Connection refused" */
  String evidence() {
    String head = status > 0 ? Integer.toString(status) : outcome.name();
    String tail = code != null ? code : message;
    return tail == null ? head : head + " " + tail;
  }
}
