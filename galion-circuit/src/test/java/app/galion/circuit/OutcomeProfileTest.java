package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeProfileTest {

  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final HttpHeaders NONE = HttpHeaders.of(Map.of(), (name, value) -> true);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Verdict openAi(int status, String body) {
    return OutcomeProfile.openAi().classify(status, NONE, bytes(body));
  }

  private static Verdict elevenLabs(int status, String body) {
    return OutcomeProfile.elevenLabs().classify(status, NONE, bytes(body));
  }

  private static String error(String type, String code) {
    String quoted = code.equals("null") ? code : '"' + code + '"';
    return "{\"error\":{\"message\":\"m\",\"type\":\"%s\",\"param\":null,\"code\":%s}}"
        .formatted(type, quoted);
  }

  @ParameterizedTest
  @CsvSource({
    "408, server_error, null, SERVER",
    "500, server_error, null, SERVER",
    "502, server_error, null, SERVER",
    "504, server_error, null, SERVER",
    "520, server_error, null, SERVER",
    "503, service_unavailable_error, server_is_overloaded, OVERLOAD",
    "503, server_error, slow_down, RAMP",
    "429, rate_limit_error, slow_down, RAMP",
    "429, requests, rate_limit_exceeded, THROTTLE",
    "429, tokens, rate_limit_exceeded, THROTTLE",
    "429, insufficient_quota, insufficient_quota, QUOTA",
    "429, insufficient_quota, null, QUOTA",
    "429, x, credit_balance_exhausted, QUOTA",
    "429, x, project_spend_limit_exceeded, QUOTA",
    "400, invalid_request_error, billing_hard_limit_reached, QUOTA",
    "401, invalid_request_error, invalid_api_key, AUTH",
    "403, request_forbidden, unsupported_country_region_territory, AUTH",
    "404, invalid_request_error, model_not_found, MODEL_GONE",
    "404, x, DeploymentNotFound, MODEL_GONE",
    "400, invalid_request_error, context_length_exceeded, CALLER",
    "413, server_error, null, CALLER",
    "415, invalid_request_error, null, CALLER",
    "422, invalid_request_error, null, CALLER",
    "400, invalid_request_error, content_policy_violation, POLICY",
    "400, x, content_filter, POLICY",
    "409, x, null, CONFLICT"
  })
  void readsOpenAi(int status, String type, String code, Outcome expected) {
    assertThat(openAi(status, error(type, code)).outcome()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "401, quota_exceeded, QUOTA",
    "402, insufficient_credits, QUOTA",
    "401, invalid_api_key, AUTH",
    "401, needs_authorization, AUTH",
    "401, detected_unusual_activity, AUTH",
    "403, only_for_creator+, AUTH",
    "400, max_character_limit_exceeded, CALLER",
    "400, voice_not_found, CALLER",
    "422, invalid_parameters, CALLER",
    "429, too_many_concurrent_requests, CONCURRENCY",
    "429, concurrent_limit_exceeded, CONCURRENCY",
    "429, rate_limit_exceeded, THROTTLE",
    "429, system_busy, OVERLOAD",
    "500, internal, SERVER",
    "503, x, SERVER"
  })
  void readsElevenLabsNewAndOldBodies(int status, String code, Outcome expected) {
    String newer = "{\"detail\":{\"type\":\"t\",\"code\":\"" + code + "\",\"message\":\"m\"}}";
    String older = "{\"detail\":{\"status\":\"" + code + "\",\"message\":\"m\"}}";
    assertThat(elevenLabs(status, newer).outcome()).isEqualTo(expected);
    assertThat(elevenLabs(status, older).outcome()).isEqualTo(expected);
  }

  @Nested
  class Latches {

    @Test
    void theKeyOfAnEmptyAccount() {
      assertThat(openAi(429, error("insufficient_quota", "insufficient_quota")).latches()).isTrue();
    }

    @Test
    void notWhenSmallerTextsStillPass() {
      String some =
          "{\"detail\":{\"status\":\"quota_exceeded\",\"message\":\"This request exceeds your"
              + " quota. You have 25 credits remaining, while 74 are required.\"}}";
      assertThat(elevenLabs(401, some).latches()).isFalse();
      assertThat(elevenLabs(401, some.replace("25 credits", "0 credits")).latches()).isTrue();
    }

    @Test
    void notWhenOneVoiceIsBeyondThePlan() {
      assertThat(elevenLabs(403, "{\"detail\":{\"status\":\"only_for_creator+\"}}").latches())
          .isFalse();
    }
  }

  @Nested
  class BadInput {

    @ParameterizedTest
    @CsvSource({
      "200, OK",
      "299, OK",
      "302, SERVER",
      "304, SERVER",
      "418, CALLER",
      "599, SERVER",
      "0, SERVER"
    })
    void anyStatusHasAClass(int status, Outcome expected) {
      assertThat(openAi(status, "").outcome()).isEqualTo(expected);
    }

    @Test
    void aPageOfHtmlIsClassifiedByItsStatus() {
      Verdict verdict = openAi(502, "<html><h1>502 Bad Gateway</h1></html>");
      assertThat(verdict.outcome()).isEqualTo(Outcome.SERVER);
      assertThat(verdict.code()).isNull();
    }

    @Test
    void aCompressedBodyIsRead() throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
        gzip.write(bytes(error("x", "insufficient_quota")));
      }
      byte[] whole = out.toByteArray();
      assertThat(OutcomeProfile.openAi().classify(429, NONE, whole).outcome())
          .isEqualTo(Outcome.QUOTA);
      byte[] half = java.util.Arrays.copyOf(whole, 12);
      assertThat(OutcomeProfile.openAi().classify(429, NONE, half).outcome())
          .isEqualTo(Outcome.THROTTLE);
    }

    @Test
    void nothingAtRandomMakesItThrow() {
      long seed = 20261124;
      Random random = new Random(seed);
      String[] parts = {"{", "}", "[", "\"error\"", ":", "\"code\"", "null", "1e999", "\\u", "\0"};
      for (int round = 0; round < 5_000; round++) {
        StringBuilder body = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
          body.append(parts[random.nextInt(parts.length)]);
        }
        Verdict verdict = openAi(400 + random.nextInt(200), body.toString());
        assertThat(verdict.outcome()).as("seed %d, round %d: %s", seed, round, body).isNotNull();
      }
    }
  }

  @Nested
  class Waits {

    private Duration wait(String name, String value) {
      HttpHeaders headers = HttpHeaders.of(Map.of(name, List.of(value)), (n, v) -> true);
      return OutcomeProfile.openAi()
          .classify(429, headers, bytes(error("x", "rate_limit_exceeded")), () -> NOON)
          .retryAfter();
    }

    @ParameterizedTest
    @CsvSource({
      "retry-after, 7, PT7S",
      "retry-after-ms, 250, PT0.25S",
      "'retry-after', 'Tue, 24 Nov 2026 12:00:30 GMT', PT30S"
    })
    void areReadFromTheHeaders(String name, String value, Duration expected) {
      assertThat(wait(name, value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
      "retry-after, -1",
      "retry-after, NaN",
      "retry-after, soon",
      "retry-after, ''",
      "retry-after, 'Tue, 32 Nov 2026 12:00:30 GMT'",
      "retry-after-ms, -Infinity"
    })
    void areNotInventedFromNonsense(String name, String value) {
      assertThat(wait(name, value)).isNull();
    }

    @Test
    void ofAPastDateAreOverAtOnce() {
      Duration past = wait("retry-after", "Tue, 24 Nov 2026 11:00:00 GMT");
      assertThat(past == null || past.isZero()).isTrue();
    }
  }
}
