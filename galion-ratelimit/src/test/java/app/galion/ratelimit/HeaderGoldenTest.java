package app.galion.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.FakeTicker;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses byte for byte, as the files beside this test show them. */
class HeaderGoldenTest {

  static final Instant NOW = Instant.parse("2026-01-01T00:00:00.250Z");

  final FakeTicker ticker = new FakeTicker();
  final RateLimiter limiter = RateLimiter.builder("local").ticker(ticker).build();
  final RatePolicy policy = RatePolicy.slidingExact("login", 10, Duration.ofMinutes(1));
  final LimitKey login = policy.by("user");

  private static void assertShown(String situation, Decision decision, HeaderForm form)
      throws IOException {
    String name = form.name().toLowerCase(Locale.ROOT) + "-" + situation + ".txt";
    String shown =
        RateHeaders.of(decision, NOW, form).entrySet().stream()
            .map(header -> header.getKey() + ": " + header.getValue() + "\n")
            .collect(Collectors.joining());
    if (!decision.allowed()) {
      shown += "\n" + RateHeaders.body(decision) + "\n";
    }
    try (InputStream in = HeaderGoldenTest.class.getResourceAsStream("headers/" + name)) {
      assertThat(shown)
          .as(name)
          .isEqualTo(new String(Objects.requireNonNull(in).readAllBytes(), UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAdmission(HeaderForm form) throws IOException {
    assertShown("admitted", limiter.check(login), form);
  }

  @ParameterizedTest
  @EnumSource
  void aDenial(HeaderForm form) throws IOException {
    limiter.check(login);
    ticker.advance(Duration.ofMillis(20_500));
    limiter.check(9, login);
    assertShown("denied", limiter.check(login), form);
  }

  @ParameterizedTest
  @EnumSource
  void severalLimits(HeaderForm form) throws IOException {
    LimitKey read =
        RatePolicy.tokenBucket("read", 200, Duration.ofMinutes(1))
            .and(1000, Duration.ofHours(1))
            .by("user");
    LimitKey fast = RatePolicy.tokenBucket("fast", 5, Duration.ofMillis(1_500)).by("user");
    assertShown("several", limiter.check(2, read, fast), form);
  }

  @ParameterizedTest
  @EnumSource
  void aRequestThatCanNeverPass(HeaderForm form) throws IOException {
    assertShown("impossible", limiter.check(11, login), form);
  }

  @Test
  void twoSubjectsUnderOnePolicyAreOneItem() throws IOException {
    limiter.check(3, login);
    assertShown("two-subjects", limiter.check(policy.by("address"), login), HeaderForm.IETF);
  }

  @ParameterizedTest
  @EnumSource
  void noHeaderComesTwiceInAnySpelling(HeaderForm form) {
    Map<String, String> headers = RateHeaders.of(limiter.check(11, login), NOW, form);
    Map<String, String> anySpelling = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    anySpelling.putAll(headers);
    assertThat(anySpelling).hasSameSizeAs(headers);
  }

  @Test
  void numbersBeyondAStructuredFieldAreCutToItsLargest() {
    long most = 1L << 52;
    LimitKey key = RatePolicy.tokenBucket("wide", most, Duration.ofNanos(1_000)).by("user");
    assertThat(RateHeaders.of(limiter.check(0, key), NOW, HeaderForm.IETF))
        .containsEntry("RateLimit-Policy", "\"wide\";q=999999999999999")
        .containsEntry("RateLimit", "\"wide\";r=999999999999999;t=0");
  }

  @Test
  void theLegacyFormIsTheDefault() {
    Decision decision = limiter.check(login);
    assertThat(RateHeaders.of(decision, NOW))
        .isEqualTo(RateHeaders.of(decision, NOW, HeaderForm.LEGACY));
  }
}
