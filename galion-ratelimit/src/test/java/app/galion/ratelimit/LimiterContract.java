package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every limiter does that offers token buckets, whoever keeps the counters. */
abstract class LimiterContract {

  static final Duration DAY = Duration.ofDays(1);

  final String subject = UUID.randomUUID().toString();

  /** A limiter that remembers no denials. */
  abstract RateLimiter limiter();

  static RatePolicy bucket(String name, long n) {
    return RatePolicy.tokenBucket(name, n, DAY).deadline(PATIENT);
  }

  long remaining(LimitKey key) {
    return limiter().state(key).remaining();
  }

  static void passes(Duration time) {
    long from = Ticker.system().read();
    Await.until(time + " passed", PATIENT, () -> Ticker.system().read() - from >= time.toNanos());
  }

  @Test
  void eachKeyHasItsOwnCostInOneDecision() {
    LimitKey requests = bucket("requests", 10).by(subject);
    LimitKey tokens = bucket("tokens", 1_000).by(subject);
    Decision decision = limiter().check(requests, tokens.costing(900));
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.limits()).extracting(LimitState::remaining).containsExactly(9L, 100L);
    Decision denied = limiter().check(requests, tokens.costing(101));
    assertThat(denied.reason()).isEqualTo(Reason.LIMIT);
    assertThat(denied.binding().policy()).isEqualTo("tokens");
    assertThat(remaining(requests)).as("a denial charges nothing").isEqualTo(9);
    assertThat(limiter().checkAsync(requests, tokens.costing(100)).join().allowed()).isTrue();
    assertThat(List.of(remaining(requests), remaining(tokens))).containsExactly(8L, 0L);
  }

  @Test
  void aCostAboveItsOwnCapacityIsImpossible() {
    LimitKey requests = bucket("requests", 10).by(subject);
    LimitKey tokens = bucket("tokens", 1_000).by(subject);
    assertThat(limiter().check(requests.costing(10), tokens.costing(1_000)).allowed()).isTrue();
    Decision decision = limiter().check(requests.costing(11), tokens);
    assertThat(decision.reason()).isEqualTo(Reason.IMPOSSIBLE);
    assertThat(decision.binding().policy()).isEqualTo("requests");
  }

  @Test
  void aCostOfZeroOnlyLooksAmongOthers() {
    LimitKey seen = bucket("seen", 3).by(subject);
    LimitKey charged = bucket("charged", 3).by(subject);
    limiter().check(3, seen);
    Decision decision = limiter().check(seen.costing(0), charged.costing(2));
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.limits()).extracting(LimitState::remaining).containsExactly(0L, 1L);
  }

  @Test
  void aBurstIsWhatIsAdmittedAtOnce() {
    LimitKey key = bucket("burst", 10).burst(3).by(subject);
    assertThat(limiter().check(4, key).reason()).isEqualTo(Reason.IMPOSSIBLE);
    assertThat(limiter().check(3, key).allowed()).isTrue();
    Decision denied = limiter().check(key);
    assertThat(denied.retryAfter())
        .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusMinutes(24));
    assertThat(denied.binding().limit()).isEqualTo(10);
  }

  @Test
  void aBurstMayBeLargerThanTheNumber() {
    LimitKey key = bucket("large", 10).burst(25).by(subject);
    assertThat(limiter().check(25, key).allowed()).isTrue();
    assertThat(remaining(key)).isZero();
  }

  @Test
  void smoothSpacesEvenly() {
    Duration apart = Duration.ofMillis(300);
    LimitKey key =
        RatePolicy.smooth("smooth", 10, apart.multipliedBy(10)).deadline(PATIENT).by(subject);
    assertThat(limiter().check(key).allowed()).isTrue();
    Decision denied = limiter().check(key);
    while (denied.allowed()) {
      denied = limiter().check(key);
    }
    assertThat(denied.retryAfter()).isPositive().isLessThanOrEqualTo(apart);
    passes(denied.retryAfter());
    assertThat(limiter().check(key).allowed()).isTrue();
  }

  @Test
  void theLimitWithTheSmallestShareOfItsCapacityBinds() {
    LimitKey smooth = RatePolicy.smooth("even", 100, DAY).burst(10).deadline(PATIENT).by(subject);
    LimitKey wide = bucket("wide", 100).by(subject);
    limiter().check(60, wide);
    assertThat(limiter().check(0, smooth, wide).binding().policy()).isEqualTo("wide");
  }
}
