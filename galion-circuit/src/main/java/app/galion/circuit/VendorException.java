package app.galion.circuit;

import app.galion.spi.ComponentId;
import app.galion.spi.GalionException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A vendor call that was made and gave no usable answer. {@link #outcome()} says whose fault it is:
 * a {@linkplain Outcome#callersFault() caller's} error belongs back to the caller with {@link
 * #code()}; everything else is the vendor's or the account's.
 */
public class VendorException extends GalionException {

  private static final long serialVersionUID = 1L;

  private final transient Verdict verdict;
  private final @Nullable Instant retryAt;

  VendorException(
      ComponentId id, Verdict verdict, @Nullable Instant retryAt, @Nullable Throwable cause) {
    super(id, describe(id, verdict, retryAt), cause);
    this.verdict = verdict;
    this.retryAt = retryAt;
  }

  private static String describe(ComponentId id, Verdict verdict, @Nullable Instant retryAt) {
    StringBuilder text = new StringBuilder(id.toString()).append(": ").append(verdict.outcome());
    if (verdict.status() > 0) {
      text.append(", status ").append(verdict.status());
    }
    if (verdict.code() != null) {
      text.append(' ').append(verdict.code());
    }
    if (verdict.message() != null) {
      text.append(": ").append(verdict.message());
    }
    if (retryAt != null) {
      text.append("; not before ").append(retryAt);
    }
    return text.toString();
  }

  /**
   * Returns the classifier's finding.
   *
   * @return the verdict
   */
  public final Verdict verdict() {
    return verdict;
  }

  /**
   * Returns the class of the failure.
   *
   * @return the outcome
   */
  public final Outcome outcome() {
    return verdict.outcome();
  }

  /**
   * Returns the HTTP status.
   *
   * @return the status, 0 when no answer came
   */
  public final int status() {
    return verdict.status();
  }

  /**
   * Returns the vendor's error code, else its error type.
   *
   * @return the code, empty when the vendor gave none
   */
  public final Optional<String> code() {
    return Optional.ofNullable(verdict.code());
  }

  /**
   * Returns the vendor's own message.
   *
   * @return the message, empty when the vendor gave none
   */
  public final Optional<String> vendorMessage() {
    return verdict.status() > 0 ? Optional.ofNullable(verdict.message()) : Optional.empty();
  }

  /**
   * Returns when the vendor allows another try.
   *
   * @return the instant, empty when the vendor said nothing
   */
  public final Optional<Instant> retryAt() {
    return Optional.ofNullable(retryAt);
  }
}
