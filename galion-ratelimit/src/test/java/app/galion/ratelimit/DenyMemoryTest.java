package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DenyMemoryTest {

  static final RatePolicy DAILY =
      RatePolicy.tokenBucket("daily", 1, Duration.ofDays(1)).deadline(PATIENT);

  static RedisServer server;
  static Node node;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    node = Node.of("t" + UUID.randomUUID(), server);
  }

  @AfterAll
  static void stop() {
    node.close();
    server.close();
  }

  @Test
  void aDenialIsRememberedForASecondAtMost() {
    FakeTicker ticker = new FakeTicker();
    RateLimiter limiter = node.another().ticker(ticker).build();
    LimitKey key = DAILY.by("second");
    limiter.check(key);
    assertThat(limiter.check(key).source()).isEqualTo(Source.REDIS);
    ticker.advance(Duration.ofMillis(999));
    assertThat(limiter.check(key).source()).isEqualTo(Source.DENY_MEMORY);
    ticker.advance(Duration.ofMillis(1));
    assertThat(limiter.check(key).source()).isEqualTo(Source.REDIS);
  }

  @Test
  void aRememberedWaitShrinksAsTimePasses() {
    FakeTicker ticker = new FakeTicker();
    RateLimiter limiter = node.another().ticker(ticker).build();
    LimitKey key = DAILY.by("shrinks");
    limiter.check(key);
    limiter.check(key);
    Decision remembered = limiter.check(key);
    Duration before = remembered.retryAfter();
    ticker.advance(Duration.ofMillis(400));
    assertThat(remembered.retryAfter()).isEqualTo(before.minusMillis(400));
  }

  @Test
  void canBeTurnedOff() {
    RateLimiter limiter = node.another().denyMemory(Duration.ZERO).build();
    LimitKey key = DAILY.by("off");
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.check(key).source()).isEqualTo(Source.REDIS);
    }
    assertThat(limiter.remembered()).isZero();
  }

  @Test
  void aPolicyThatChangedIsAskedAnew() {
    LimitKey key = DAILY.by("changed");
    RateLimiter limiter = node.another().ticker(new FakeTicker()).build();
    limiter.check(key);
    limiter.check(key);
    assertThat(limiter.check(key).source()).isEqualTo(Source.DENY_MEMORY);
    LimitKey wider =
        RatePolicy.tokenBucket("daily", 5, Duration.ofDays(1)).deadline(PATIENT).by("changed");
    assertThat(limiter.check(wider).allowed()).isTrue();
  }
}
