package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.spi.Guard;
import app.galion.spi.Permit;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.Collections;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DecisionTest {

  static final Duration DAY = Duration.ofDays(1);
  static final Duration SHORT = Duration.ofMillis(300);

  static RedisServer server;
  static Node node;
  static RateLimiter limiter;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    node = Node.of("t" + UUID.randomUUID(), server);
    limiter = node.limiter();
  }

  @AfterAll
  static void stop() {
    node.close();
    server.close();
  }

  static RatePolicy bucket(String name, long n, Duration period) {
    return RatePolicy.tokenBucket(name, n, period).deadline(PATIENT);
  }

  static RatePolicy log(String name, long n, Duration period) {
    return RatePolicy.slidingExact(name, n, period).deadline(PATIENT);
  }

  /** Uses a limit up, waits as long as it says and no longer, and is admitted. */
  private static void waitingAsLongAsItSaysAdmits(RateLimiter limiter, LimitKey key, long cost) {
    Decision denied = limiter.check(cost, key);
    while (denied.allowed()) {
      denied = limiter.check(cost, key);
    }
    Duration wait = denied.retryAfter();
    assertThat(wait).isPositive().isLessThanOrEqualTo(SHORT.multipliedBy(2));
    long from = Ticker.system().read();
    Await.until(wait + " passed", PATIENT, () -> Ticker.system().read() - from >= wait.toNanos());
    Decision admitted = limiter.check(cost, key);
    assertThat(admitted.allowed()).as("after %s: %s", wait, admitted).isTrue();
  }

  @Test
  void retryAfterOfABucketIsTrue() {
    waitingAsLongAsItSaysAdmits(limiter, bucket("true", 3, SHORT).by("user"), 1);
  }

  @Test
  void retryAfterOfALargerCostIsTrue() {
    waitingAsLongAsItSaysAdmits(limiter, bucket("true-2", 5, SHORT).by("user"), 4);
  }

  @Test
  void retryAfterOfASlidingLogIsTrue() {
    waitingAsLongAsItSaysAdmits(limiter, log("true-log", 3, SHORT).by("user"), 2);
  }

  @Test
  void retryAfterWithoutRedisIsTrue() {
    RateLimiter local = RateLimiter.builder("local").build();
    waitingAsLongAsItSaysAdmits(local, bucket("local", 3, SHORT).by("user"), 1);
    waitingAsLongAsItSaysAdmits(local, log("local-log", 3, SHORT).by("user"), 2);
  }

  @Test
  void aCostTakesAsManyUnits() {
    LimitKey key = bucket("cost", 10, DAY).by("user");
    assertThat(limiter.check(7, key).binding().remaining()).isEqualTo(3);
    assertThat(limiter.check(4, key).allowed()).isFalse();
    assertThat(limiter.check(3, key).binding().remaining()).isZero();
  }

  @Test
  void aCostAboveTheCapacityIsImpossibleAndTakesNothing() {
    LimitKey small = bucket("small", 10, DAY).by("user");
    LimitKey large = bucket("large", 100, DAY).by("user");
    for (long cost : new long[] {11, (1L << 53) + 1, Long.MAX_VALUE}) {
      Decision decision = limiter.check(cost, large, small);
      assertThat(decision.reason()).isEqualTo(Reason.IMPOSSIBLE);
      assertThat(decision.allowed()).isFalse();
      assertThat(decision.retryAfter()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    }
    assertThat(limiter.check(11, large, small))
        .hasToString(
            "denied: the cost is above the capacity of 'small' of 10 per PT24H; never retry");
    assertThat(limiter.state(large).remaining()).isEqualTo(100);
  }

  @Test
  void aLimitOfZeroDeniesAlways() {
    LimitKey key = bucket("none", 0, DAY).by("user");
    assertThat(limiter.check(key).reason()).isEqualTo(Reason.IMPOSSIBLE);
    assertThat(limiter.state(key).remaining()).isZero();
  }

  @Test
  void badRequestsAreRefusedWithTheirNumbers() {
    LimitKey key = bucket("bad", 10, DAY).by("user");
    assertThatThrownBy(() -> limiter.check(-1, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cost -1 must be >= 0");
    assertThatThrownBy(() -> limiter.check())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a decision is about 1 to 16 keys, not 0");
    LimitKey[] many = Collections.nCopies(17, key).toArray(new LimitKey[0]);
    assertThatThrownBy(() -> limiter.checkAsync(many))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a decision is about 1 to 16 keys, not 17");
    assertThatThrownBy(() -> limiter.check(key, bucket("bad", 11, DAY).by("user")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'bad' of 10 per PT24H and policy 'bad' of 11 per PT24H")
        .hasMessageContaining("give one another name");
  }

  @Test
  void oneKeyCannotHaveTwoCosts() {
    LimitKey key = bucket("two-costs", 10, DAY).by("user");
    assertThatThrownBy(() -> limiter.check(key.costing(2), key.costing(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot charge 2 of 'two-costs' by {")
        .hasMessageEndingWith("add the costs up");
    assertThatThrownBy(() -> key.costing(-1)).hasMessage("cost -1 must be >= 0");
    assertThatThrownBy(() -> limiter.check(new LimitCharge[0]))
        .hasMessage("a decision is about 1 to 16 keys, not 0");
    assertThat(limiter.state(key).remaining()).isEqualTo(10);
  }

  @Test
  void aKeyGivenTwiceIsChargedOnce() {
    LimitKey key = bucket("twice", 10, DAY).by("user");
    Decision decision = limiter.check(key, bucket("twice", 10, DAY).by("user"));
    assertThat(decision.limits()).extracting(LimitState::remaining).containsExactly(9L);
  }

  @Test
  void anySubjectHasItsOwnCounter() {
    RatePolicy policy = bucket("subjects", 1, DAY);
    String tagOfEmpty = policy.by("").tag();
    String[] subjects = {
      "",
      "{}",
      "a{b}c",
      "line\r\nbreak",
      "\u00fc\u4e2d\ud83d\ude00",
      "x".repeat(10_240),
      "x".repeat(10_241),
      "\u0000",
      "\u0000" + tagOfEmpty,
      "\u0000}evil{"
    };
    for (String subject : subjects) {
      assertThat(limiter.check(policy.by(subject)).allowed()).as("'%s'", subject).isTrue();
      assertThat(limiter.check(policy.by(subject)).allowed()).as("'%s'", subject).isFalse();
    }
  }

  @Test
  void sixteenKeysOfFourLimitsAreOneDecision() {
    LimitKey[] keys = new LimitKey[16];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = bucket("wide", 9, DAY).and(10, DAY).and(11, DAY).and(12, DAY).by("user" + i);
    }
    Decision decision = limiter.check(2, keys);
    assertThat(decision.source()).isEqualTo(Source.REDIS);
    assertThat(decision.limits())
        .hasSize(64)
        .startsWith(decision.limits().get(0))
        .extracting(LimitState::remaining)
        .startsWith(7L, 8L, 9L, 10L)
        .endsWith(7L, 8L, 9L, 10L);
  }

  @Test
  void aPolicyThatChangesKeepsWhatWasUsed() {
    limiter.check(6, bucket("live", 10, DAY).by("user"));
    assertThat(limiter.state(bucket("live", 20, DAY).by("user")).remaining()).isEqualTo(14);
    assertThat(limiter.state(bucket("live", 7, Duration.ofHours(7)).by("user")).remaining())
        .isEqualTo(1);
    assertThat(limiter.state(bucket("live", 4, DAY).by("user")).remaining()).isZero();
    limiter.check(3, log("live-log", 5, DAY).by("user"));
    assertThat(limiter.state(log("live-log", 9, DAY).by("user")).remaining()).isEqualTo(6);
    assertThat(limiter.state(log("live-log", 2, DAY).by("user")).remaining()).isZero();
  }

  @Test
  void aPolicyThatChangesItsKindUnderOneNameFallsBackAndSaysWhy() {
    limiter.check(bucket("kind", 10, DAY).by("user"));
    Decision decision = limiter.check(log("kind", 10, DAY).by("user"));
    assertThat(decision.source()).isEqualTo(Source.LOCAL);
    assertThat(limiter.health().details().get("last-failure"))
        .contains("another kind of limit")
        .contains("give a policy that changed between tokenBucket and slidingExact a new name");
  }

  @Test
  void aGuardGrantsWhileTheLimitLastsAndThenSaysWhenToAskAgain() {
    Guard guard = limiter.asGuard(bucket("guard", 2, DAY).by("vendor"));
    for (int i = 0; i < 2; i++) {
      Permit permit = guard.tryAcquire();
      assertThat(permit.granted()).isTrue();
      assertThat(permit.retryAfterNanos()).isZero();
      permit.success();
      permit.failure(new IllegalStateException("after the end"));
    }
    Permit refusal = guard.tryAcquire();
    assertThat(refusal.granted()).isFalse();
    assertThat(Duration.ofNanos(refusal.retryAfterNanos()))
        .isBetween(Duration.ofHours(11), Duration.ofHours(12));
    refusal.success();
    refusal.ignore();
    assertThat(guard.tryAcquire().granted()).as("ending a refusal gives nothing back").isFalse();
  }
}
