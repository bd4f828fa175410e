package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LocalLimitsTest {

  static final Duration MINUTE = Duration.ofMinutes(1);

  final FakeTicker ticker = new FakeTicker();
  final AtomicInteger nodes = new AtomicInteger(1);
  final LocalLimits limits = new LocalLimits(ticker, InstantSource.system(), nodes::get);

  private int admitted(LimitKey... keys) {
    int admitted = 0;
    while (limits.decide(Request.of(1, keys)).allowed()) {
      admitted++;
    }
    return admitted;
  }

  @Test
  void aNodeAdmitsAndRefillsItsShare() {
    nodes.set(3);
    LimitKey key = RatePolicy.tokenBucket("p", 10, MINUTE).by("user");
    assertThat(admitted(key)).isEqualTo(3);
    ticker.advance(Duration.ofSeconds(18).minusNanos(1));
    assertThat(admitted(key)).isZero();
    ticker.advance(Duration.ofNanos(1));
    assertThat(admitted(key)).isEqualTo(1);
  }

  @Test
  void aShareIsAtLeastOne() {
    nodes.set(100);
    assertThat(admitted(RatePolicy.tokenBucket("p", 10, MINUTE).by("user"))).isEqualTo(1);
    assertThat(admitted(RatePolicy.slidingExact("q", 10, MINUTE).by("user"))).isEqualTo(1);
  }

  @Test
  void aShareThatGrowsOrShrinksKeepsWhatWasUsed() {
    LimitKey bucket = RatePolicy.tokenBucket("p", 12, MINUTE).by("user");
    LimitKey log = RatePolicy.slidingExact("q", 12, MINUTE).by("user");
    nodes.set(4);
    assertThat(admitted(bucket)).isEqualTo(3);
    assertThat(admitted(log)).isEqualTo(3);
    nodes.set(1);
    assertThat(admitted(bucket)).as("a larger share fills up from what it held").isZero();
    assertThat(admitted(log)).isEqualTo(9);
    ticker.advance(MINUTE);
    assertThat(admitted(bucket)).isEqualTo(12);
    nodes.set(4);
    assertThat(admitted(log)).isEqualTo(3);
  }

  @Test
  void aLaterDenialGivesBackWhatTheEarlierLimitsTook() {
    LimitKey bucket = RatePolicy.tokenBucket("p", 10, MINUTE).by("user");
    LimitKey log = RatePolicy.slidingExact("q", 10, MINUTE).by("user");
    LimitKey used = RatePolicy.tokenBucket("r", 1, MINUTE).by("user");
    limits.decide(Request.of(4, log));
    limits.decide(Request.of(1, used));
    ticker.advance(Duration.ofSeconds(1));
    Decision denied = limits.decide(Request.of(1, bucket, log, used));
    assertThat(denied.source()).isEqualTo(Source.LOCAL);
    assertThat(denied.limits()).extracting(LimitState::remaining).containsExactly(10L, 6L, 0L);
    ticker.advance(Duration.ofSeconds(59));
    assertThat(admitted(log))
        .as("what was given back was the own entry, not an older one")
        .isEqualTo(10);
  }

  @Test
  void aChangedPolicyStartsEmptyRatherThanFull() {
    admitted(RatePolicy.tokenBucket("p", 10, MINUTE).by("user"));
    LimitKey changed = RatePolicy.tokenBucket("p", 60, MINUTE).by("user");
    assertThat(admitted(changed)).isZero();
    ticker.advance(Duration.ofSeconds(5));
    assertThat(admitted(changed)).isEqualTo(5);
  }

  @Test
  void extremePeriodsAreHeld() {
    LimitKey fast = RatePolicy.tokenBucket("fast", 5_000, Duration.ofNanos(1_000)).by("user");
    assertThat(limits.decide(Request.of(5_000, fast)).allowed()).isTrue();
    LimitKey slow = RatePolicy.tokenBucket("slow", 10, Duration.ofDays(3_650)).by("user");
    assertThat(admitted(slow)).isEqualTo(10);
    assertThat(limits.decide(Request.of(1, slow)).retryAfter()).isEqualTo(Duration.ofDays(365));
    nodes.set(1_000);
    assertThat(limits.decide(Request.of(1, slow)).allowed()).isFalse();
  }
}
