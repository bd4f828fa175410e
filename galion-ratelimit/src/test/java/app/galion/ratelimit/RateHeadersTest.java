package app.galion.ratelimit;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RateHeadersTest {

  static final Instant NOW = Instant.parse("2026-01-01T00:00:00.250Z");
  static final long EPOCH = NOW.getEpochSecond();

  final FakeTicker ticker = new FakeTicker();
  final RateLimiter limiter = RateLimiter.builder("local").ticker(ticker).build();
  final LimitKey login = RatePolicy.slidingExact("login", 2, Duration.ofMinutes(1)).by("user");

  @Test
  void anAdmissionShowsLimitRemainingAndReset() {
    assertThat(RateHeaders.of(limiter.check(login), NOW))
        .containsExactly(
            entry("X-RateLimit-Limit", "2"),
            entry("X-RateLimit-Remaining", "1"),
            entry("X-RateLimit-Reset", "" + (EPOCH + 61)));
  }

  @Test
  void aDenialAddsRetryAfterRoundedUp() {
    limiter.check(login);
    ticker.advance(Duration.ofMillis(20_500));
    limiter.check(login);
    Decision denied = limiter.check(login);
    assertThat(RateHeaders.of(denied, NOW))
        .containsExactly(
            entry("X-RateLimit-Limit", "2"),
            entry("X-RateLimit-Remaining", "0"),
            entry("X-RateLimit-Reset", "" + (EPOCH + 61)),
            entry("Retry-After", "40"));
    assertThat(RateHeaders.body(denied))
        .isEqualTo(
            "{\"error\":\"rate_limit_exceeded\",\"message\":\"Rate limit of 2 per minute exceeded."
                + " Try again in 40 s.\",\"retry_after\":40}");
  }

  @Test
  void retryAfterIsNeverZero() {
    limiter.check(2, login);
    ticker.advance(Duration.ofNanos(59_999_999_999L));
    assertThat(RateHeaders.retryAfter(limiter.check(login))).isEqualTo("1");
  }

  @Test
  void theLimitThatDeniedIsShownOfSeveral() {
    LimitKey read = RatePolicy.tokenBucket("read", 200, Duration.ofMinutes(1)).by("user");
    limiter.check(2, login);
    assertThat(RateHeaders.of(limiter.check(read, login), NOW))
        .containsEntry("X-RateLimit-Limit", "2");
  }

  @Test
  void theLimitWithTheSmallestShareLeftIsShownOfSeveral() {
    LimitKey read = RatePolicy.tokenBucket("read", 200, Duration.ofMinutes(1)).by("user");
    assertThat(RateHeaders.of(limiter.check(read, login), NOW))
        .containsEntry("X-RateLimit-Limit", "2")
        .containsEntry("X-RateLimit-Remaining", "1");
  }

  @Test
  void whatCanNeverPassHasNoRetryAfter() {
    Decision decision = limiter.check(3, login);
    assertThat(decision.reason()).isEqualTo(Reason.IMPOSSIBLE);
    assertThat(RateHeaders.of(decision, NOW)).doesNotContainKey("Retry-After");
    assertThat(RateHeaders.body(decision))
        .isEqualTo(
            "{\"error\":\"rate_limit_exceeded\",\"message\":\"The request is larger than the limit"
                + " of 2 per minute.\",\"retry_after\":null}");
  }

  @Test
  void whatCannotBeCheckedSaysSo() {
    Decision decision =
        new Decision(
            Reason.UNAVAILABLE,
            Source.FAIL_CLOSED,
            1_000_000_000L,
            Standing.nominal(new LimitKey[] {login}, false, 0),
            0);
    assertThat(RateHeaders.body(decision))
        .isEqualTo(
            "{\"error\":\"rate_limit_exceeded\",\"message\":\"The limit cannot be checked now."
                + " Try again in 1 s.\",\"retry_after\":1}");
  }
}
