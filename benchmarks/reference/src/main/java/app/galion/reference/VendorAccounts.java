package app.galion.reference;

import app.galion.circuit.VendorException;
import app.galion.ratelimit.Decision;
import app.galion.ratelimit.LimitCharge;
import app.galion.ratelimit.LimitKey;
import app.galion.ratelimit.LimitState;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.ratelimit.Reservation;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What the vendors' accounts allow all nodes together. A call reserves what it may cost and settles
 * what the vendor says it did; one that finds nothing left is never made.
 */
final class VendorAccounts {

  private static final Duration DEADLINE = Duration.ofMillis(250);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int EXPECTED_ANSWER = 1000;
  private static final int BYTES_A_TOKEN = 4;

  final LimitKey requests = account(RatePolicy.tokenBucket("openai-requests", 500, MINUTE));
  final LimitKey tokens = account(RatePolicy.tokenBucket("openai-tokens", 200_000, MINUTE));
  final LimitKey speeches = account(RatePolicy.concurrency("elevenlabs-in-flight", 5));

  private final RateLimiter limiter;
  private final InstantSource clock;

  VendorAccounts(RateLimiter limiter, InstantSource clock) {
    this.limiter = limiter;
    this.clock = clock;
  }

  private static LimitKey account(RatePolicy policy) {
    return policy.deadline(DEADLINE).by("account");
  }

  List<RatePolicy> policies() {
    return List.of(requests.policy(), tokens.policy(), speeches.policy());
  }

  /** A chat call: a request, and as many tokens as it may cost, as the vendor counts beforehand. */
  <T> T chat(ChatRequest request, Function<Spending, T> call) {
    int most = request.maxTokens() == null ? EXPECTED_ANSWER : request.maxTokens();
    return spend(call, requests, tokens.costing(tokensOf(request.prompt()) + most));
  }

  <T> T transcription(Function<Spending, T> call) {
    return spend(call, requests);
  }

  <T> T speech(Function<Spending, T> call) {
    return spend(call, speeches);
  }

  /** About how many tokens a text is. */
  static long tokensOf(String text) {
    return 1L + text.getBytes(StandardCharsets.UTF_8).length / BYTES_A_TOKEN;
  }

  private <T> T spend(Function<Spending, T> call, LimitCharge... estimate) {
    try (Reservation reservation = limiter.reserve(estimate)) {
      Decision decision = reservation.decision();
      if (!decision.allowed()) {
        throw new VendorBusyException(limiter.id(), decision, clock);
      }
      boolean byTokens = Arrays.stream(estimate).anyMatch(cost -> cost.key().equals(tokens));
      Spending spending = new Spending(reservation, byTokens);
      try {
        return call.apply(spending);
      } catch (VendorException e) {
        spending.failed(e);
        throw e;
      }
    }
  }

  /** What one call costs in the end. */
  final class Spending {

    private final Reservation reservation;
    private final boolean byTokens;

    private Spending(Reservation reservation, boolean byTokens) {
      this.reservation = reservation;
      this.byTokens = byTokens;
    }

    /** Takes over what the vendor says is left, where that is less than is known here. */
    void observe(HttpHeaders headers) {
      List<LimitState> known = reservation.decision().limits();
      lower(requests, headers, "x-ratelimit-remaining-requests", known);
      lower(tokens, headers, "x-ratelimit-remaining-tokens", known);
    }

    private void lower(LimitKey key, HttpHeaders headers, String name, List<LimitState> known) {
      OptionalLong left = number(headers, name);
      boolean less =
          known.stream()
              .filter(state -> state.policy().equals(key.policy().name()))
              .anyMatch(state -> left.isPresent() && left.getAsLong() < state.remaining());
      if (less) {
        limiter.observe(key, left.getAsLong());
      }
    }

    /** Settles by the vendor's {@code usage}; the estimate stays charged where there is none. */
    void used(JsonNode usage) {
      JsonNode total = usage.path("total_tokens");
      if (total.canConvertToLong() && total.longValue() >= 0) {
        used(total.longValue());
      }
    }

    /** Settles by what is known otherwise; the first settlement counts. */
    void used(long spent) {
      reservation.settle(tokens.costing(spent));
    }

    /** A refused call costs its request and no tokens; of one that broke, nobody knows. */
    private void failed(VendorException error) {
      if (byTokens && error.status() >= 400) {
        used(0);
      }
    }
  }

  private static OptionalLong number(HttpHeaders headers, String name) {
    String text = headers.firstValue(name).orElse("");
    return text.matches("[0-9]{1,15}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
