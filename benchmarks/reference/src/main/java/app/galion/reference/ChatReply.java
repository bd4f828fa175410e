package app.galion.reference;

import app.galion.circuit.CircuitOpenException;
import app.galion.circuit.VendorException;
import app.galion.spi.GalionException;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A chat answer as the API gives it.
 *
 * @param text the answer
 * @param source {@code openai}, {@code cache} or {@code fallback}
 * @param success whether it answers the question
 * @param warning what the caller should know, or null
 * @param ageSeconds how old it is when it comes from the cache, or null
 * @param retryAt epoch seconds from which a live answer may be had again, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChatReply(
    String text,
    String source,
    boolean success,
    @Nullable String warning,
    @JsonProperty("age_seconds") @Nullable Long ageSeconds,
    @JsonProperty("retry_at") @Nullable Long retryAt) {

  private static final String AWAY =
      "The assistant cannot answer right now. Please try again in a little while.";

  static ChatReply live(String text) {
    return new ChatReply(text, "openai", true, null, null, null);
  }

  static ChatReply cached(String text, Duration age) {
    return new ChatReply(text, "cache", true, null, age.toSeconds(), null);
  }

  static ChatReply stale(String text, Duration age, @Nullable Instant retryAt) {
    return new ChatReply(
        text,
        "cache",
        true,
        "the assistant is unavailable; this is an earlier answer",
        age.toSeconds(),
        seconds(retryAt));
  }

  static ChatReply fallback(@Nullable Instant retryAt) {
    return new ChatReply(
        AWAY, "fallback", false, "the assistant is unavailable", null, seconds(retryAt));
  }

  /** When trying again makes sense, by what the circuit or the vendor said. */
  static @Nullable Instant retryAt(GalionException error) {
    if (error instanceof CircuitOpenException open) {
      return open.retryAt().orElse(null);
    }
    if (error instanceof VendorBusyException busy) {
      return busy.retryAt();
    }
    return error instanceof VendorException made ? made.retryAt().orElse(null) : null;
  }

  static @Nullable Long seconds(@Nullable Instant instant) {
    return instant == null ? null : instant.plusNanos(999_999_999).getEpochSecond();
  }
}
