package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A vendor's errors as data: which status and code mean what. Immutable and thread-safe.
 *
 * <p>A rule for status and code goes before one for status and type, that before one for a code
 * under any status, and that before the status alone. A type never counts without its status, since
 * vendors answer a caller's mistake with {@code "type":"server_error"}.
 */
public final class OutcomeProfile {

  private static final int MAX_STATUS = 600;
  private static final Pattern CREDITS_LEFT =
      Pattern.compile("You have (\\d{1,15}) credits remaining");

  private final @Nullable Rules[] byStatus;
  private final Map<String, Outcome> anyStatus;
  private final Map<String, Outcome> inStream;

  private static final class Rules {
    final Map<String, Outcome> codes = new HashMap<>();
    @Nullable Outcome otherwise;
  }

  private OutcomeProfile(Builder builder) {
    this.byStatus = builder.byStatus.clone();
    this.anyStatus = Map.copyOf(builder.anyStatus);
    this.inStream = Map.copyOf(builder.inStream);
  }

  /**
   * Returns the profile of OpenAI's chat, responses and audio endpoints, with Azure's codes.
   *
   * @return the profile
   */
  public static OutcomeProfile openAi() {
    return VendorErrors.OPEN_AI;
  }

  /**
   * Returns the profile of ElevenLabs' text-to-speech endpoints.
   *
   * @return the profile
   */
  public static OutcomeProfile elevenLabs() {
    return VendorErrors.ELEVEN_LABS;
  }

  /**
   * Starts a profile that knows HTTP and no vendor: 408, 5xx and whatever else is no answer, such
   * as a redirect, are failures, 429 a throttle, 401 and 403 the key's trouble, 402 the account's,
   * any other 4xx the caller's.
   *
   * @return a builder to which to add what the vendor says
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Finds out what an HTTP answer means. A status of 2xx is {@link Outcome#OK} whatever the body.
   * Never throws on what a vendor may send, and reads at most 64 KiB.
   *
   * @param status the HTTP status
   * @param headers the answer's headers
   * @param body the body, plain or gzip, or its head
   * @return the verdict
   */
  public Verdict classify(int status, HttpHeaders headers, byte[] body) {
    return classify(status, headers, body, InstantSource.system());
  }

  Verdict classify(int status, HttpHeaders headers, byte[] body, InstantSource clock) {
    requireNonNull(headers, "headers");
    if (status >= 200 && status < 300) {
      return Verdict.ok();
    }
    ErrorBody error = ErrorBody.read(requireNonNull(body, "body"));
    Outcome outcome = outcome(status, error);
    Duration wait =
        status == 429 || status >= 500
            ? RetryAfter.read(headers, status == 429 ? error.message : null, clock)
            : null;
    return verdict(outcome, status, error, wait);
  }

  /* An error that arrived inside an answer of status 200. */
  Verdict classifyInStream(byte[] data) {
    ErrorBody error = ErrorBody.read(data);
    Outcome outcome = error.code == null ? null : inStream.get(error.code);
    if (outcome == null && error.type != null) {
      outcome = inStream.get(error.type);
    }
    return verdict(outcome == null ? Outcome.STREAM_ERROR : outcome, 200, error, null);
  }

  private static Verdict verdict(
      Outcome outcome, int status, ErrorBody error, @Nullable Duration wait) {
    String code = error.code != null ? error.code : error.type;
    boolean latches = outcome.effect() == Outcome.Effect.LATCH && wholeKey(code, error.message);
    return new Verdict(outcome, status, code, error.message, wait, latches);
  }

  private static boolean wholeKey(@Nullable String code, @Nullable String message) {
    if (code != null && code.startsWith("only_for_")) {
      return false; // one voice or feature is beyond the plan; the key is good for the others
    }
    if (message == null) {
      return true;
    }
    Matcher credits = CREDITS_LEFT.matcher(message);
    return !credits.find() || Long.parseLong(credits.group(1)) == 0; // smaller texts still pass
  }

  private Outcome outcome(int status, ErrorBody error) {
    Rules rules = status >= 0 && status < MAX_STATUS ? byStatus[status] : null;
    Outcome found = null;
    if (rules != null) {
      found = error.code == null ? null : rules.codes.get(error.code);
      if (found == null && error.type != null) {
        found = rules.codes.get(error.type);
      }
    }
    if (found == null && error.code != null) {
      found = anyStatus.get(error.code);
    }
    if (found == null && rules != null) {
      found = rules.otherwise;
    }
    return found != null ? found : byHundred(status);
  }

  private static Outcome byHundred(int status) {
    return status >= 400 && status < 500 ? Outcome.CALLER : Outcome.SERVER;
  }

  /** Collects a vendor's rules. */
  public static final class Builder {

    private final @Nullable Rules[] byStatus = new @Nullable Rules[MAX_STATUS];
    private final Map<String, Outcome> anyStatus = new HashMap<>();
    private final Map<String, Outcome> inStream = new HashMap<>();
    private final List<String> conflicts = new ArrayList<>();

    private Builder() {
      rules(401).otherwise = Outcome.AUTH;
      rules(402).otherwise = Outcome.QUOTA;
      rules(403).otherwise = Outcome.AUTH;
      rules(408).otherwise = Outcome.SERVER;
      rules(409).otherwise = Outcome.CONFLICT;
      rules(429).otherwise = Outcome.THROTTLE;
    }

    private Rules rules(int status) {
      if (status < 300 || status >= MAX_STATUS) {
        throw new IllegalArgumentException("status " + status + " must be 300 to 599");
      }
      Rules rules = byStatus[status];
      if (rules == null) {
        rules = new Rules();
        byStatus[status] = rules;
      }
      return rules;
    }

    /**
     * Says what a status means where no code says better.
     *
     * @param status 300 to 599
     * @param outcome the class
     * @return this builder
     * @throws IllegalArgumentException if the status is out of range
     */
    public Builder status(int status, Outcome outcome) {
      rules(status).otherwise = requireNonNull(outcome, "outcome");
      return this;
    }

    /**
     * Says what codes or types mean under a status.
     *
     * @param status 300 to 599
     * @param outcome the class
     * @param codes error codes or types, exactly as sent
     * @return this builder
     * @throws IllegalArgumentException if the status is out of range
     */
    public Builder codes(int status, Outcome outcome, String... codes) {
      put(rules(status).codes, "status " + status, outcome, codes);
      return this;
    }

    /**
     * Says what codes mean under any status that has no rule of its own for them.
     *
     * @param outcome the class
     * @param codes error codes, exactly as sent
     * @return this builder
     */
    public Builder codes(Outcome outcome, String... codes) {
      put(anyStatus, "any status", outcome, codes);
      return this;
    }

    /**
     * Says what codes or types mean in an error that arrives inside a stream of status 200. Others
     * are {@link Outcome#STREAM_ERROR}.
     *
     * @param outcome the class
     * @param codes error codes or types, exactly as sent
     * @return this builder
     */
    public Builder inStream(Outcome outcome, String... codes) {
      put(inStream, "in a stream", outcome, codes);
      return this;
    }

    private void put(Map<String, Outcome> into, String where, Outcome outcome, String... codes) {
      requireNonNull(outcome, "outcome");
      for (String code : codes) {
        Outcome before = into.put(requireNonNull(code, "code"), outcome);
        if (before != null && before != outcome) {
          conflicts.add("code '" + code + "', " + where + ": " + before + " and " + outcome);
        }
      }
    }

    /**
     * Builds the profile. The builder should not be used again.
     *
     * @return the profile
     * @throws IllegalStateException if a code has two meanings; names all of them
     */
    public OutcomeProfile build() {
      if (!conflicts.isEmpty()) {
        throw new IllegalStateException(
            "outcome profile contradicts itself: " + String.join("; ", conflicts));
      }
      return new OutcomeProfile(this);
    }
  }
}
