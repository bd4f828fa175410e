package app.galion.ratelimit;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A decision as HTTP shows it: the headers of a {@link HeaderForm}, {@code Retry-After} and the
 * body of a rejection. Each header once; all calls are pure and thread-safe.
 */
public final class RateHeaders {

  private static final long NANOS = 1_000_000_000L;

  private RateHeaders() {}

  /**
   * The headers of a response in the {@link HeaderForm#LEGACY} form.
   *
   * @param decision the decision
   * @param now the wall clock
   * @return as {@link #of(Decision, Instant, HeaderForm)}
   */
  public static Map<String, String> of(Decision decision, Instant now) {
    return of(decision, now, HeaderForm.LEGACY);
  }

  /**
   * The headers of a response.
   *
   * <p>{@link HeaderForm#LEGACY}, about the binding limit: {@code X-RateLimit-Limit} (nominal),
   * {@code X-RateLimit-Remaining}, {@code X-RateLimit-Reset} (epoch seconds, rounded up, at which
   * all of it is free again).
   *
   * <p>{@link HeaderForm#IETF}, about each limit: {@code RateLimit-Policy: "login";q=10;w=60} (q:
   * nominal limit, w: its period in seconds, left out where it is not whole) and {@code RateLimit:
   * "login";r=3;t=12} (r: remaining, t: seconds until all is free again, rounded up). Several
   * limits of one policy are named after their periods too, such as {@code "read-PT1M"}.
   *
   * <p>None where all keys are in shadow: who is not limited is told of no limit.
   *
   * <p>Both, when denied and waiting helps: {@code Retry-After} (seconds, rounded up, at least 1).
   *
   * @param decision the decision
   * @param now the wall clock, which only the legacy form shows
   * @param form which headers
   * @return header name to value, in this order, immutable
   */
  public static Map<String, String> of(Decision decision, Instant now, HeaderForm form) {
    if (decision.source() == Decision.Source.SHADOW) {
      return Map.of();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    switch (form) {
      case LEGACY -> putLegacy(decision.binding(), now, headers);
      case IETF -> IetfHeaders.put(decision, headers);
    }
    if (!decision.allowed() && decision.reason() != Decision.Reason.IMPOSSIBLE) {
      headers.put("Retry-After", retryAfter(decision));
    }
    return Collections.unmodifiableMap(headers);
  }

  private static void putLegacy(LimitState binding, Instant now, Map<String, String> headers) {
    Instant reset = now.plus(binding.resetAfter());
    headers.put("X-RateLimit-Limit", Long.toString(binding.limit()));
    headers.put("X-RateLimit-Remaining", Long.toString(binding.remaining()));
    headers.put(
        "X-RateLimit-Reset", Long.toString(reset.getEpochSecond() + (reset.getNano() > 0 ? 1 : 0)));
  }

  /**
   * The value of {@code Retry-After}.
   *
   * @param decision a denial
   * @return whole seconds, rounded up, at least 1
   */
  public static String retryAfter(Decision decision) {
    return Long.toString(retryAfterSeconds(decision));
  }

  /**
   * The JSON body of a 429 response: {@code {"error":"rate_limit_exceeded","message":…,
   * "retry_after":…}}, with {@code null} for a request that can never be admitted.
   *
   * @param decision a denial
   * @return the body, ASCII
   */
  public static String body(Decision decision) {
    boolean useless = decision.reason() == Decision.Reason.IMPOSSIBLE;
    LimitState binding = decision.binding();
    String limit =
        binding.period().isZero()
            ? binding.words()
            : binding.limit() + " per " + words(binding.period());
    String seconds = retryAfter(decision);
    String message =
        switch (decision.reason()) {
          case IMPOSSIBLE -> "The request is larger than the limit of " + limit + ".";
          case UNAVAILABLE -> "The limit cannot be checked now. Try again in " + seconds + " s.";
          default -> "Rate limit of " + limit + " exceeded. Try again in " + seconds + " s.";
        };
    return "{\"error\":\"rate_limit_exceeded\",\"message\":\""
        + message
        + "\",\"retry_after\":"
        + (useless ? "null" : seconds)
        + "}";
  }

  private static long retryAfterSeconds(Decision decision) {
    long nanos = decision.retryAfterNanos();
    return Math.max(1, nanos / NANOS + (nanos % NANOS > 0 ? 1 : 0));
  }

  /** Whole seconds, rounded up. */
  static long seconds(Duration duration) {
    return duration.plusNanos(NANOS - 1).toSeconds();
  }

  private static String words(Duration period) {
    if (period.equals(Duration.ofSeconds(1))) {
      return "second";
    }
    if (period.equals(Duration.ofMinutes(1))) {
      return "minute";
    }
    if (period.equals(Duration.ofHours(1))) {
      return "hour";
    }
    if (period.equals(Duration.ofDays(1))) {
      return "day";
    }
    return period.getNano() == 0 ? period.getSeconds() + " seconds" : period.toString();
  }
}
