package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BoundTest {

  static final Duration DAY = Duration.ofDays(1);

  static LimitKey key(FailurePolicy onFailure) {
    String name = "p" + onFailure.ordinal();
    return RatePolicy.tokenBucket(name, 1, DAY)
        .deadline(Node.PATIENT)
        .onFailure(onFailure)
        .by("user");
  }

  @Test
  void redisIsExactAlsoFromMemory() throws Exception {
    try (RedisServer server = RedisServer.start();
        Node node = Node.of("t" + UUID.randomUUID(), server)) {
      LimitKey key = key(FailurePolicy.FAIL_LOCAL);
      RateLimiter limiter = node.another().ticker(new FakeTicker()).build();
      for (int i = 0; i < 3; i++) {
        assertThat(limiter.check(key).bound()).isEqualTo(Bound.EXACT);
      }
      assertThat(limiter.check(key).source()).isEqualTo(Source.DENY_MEMORY);
    }
  }

  @Test
  void withoutRedisItFollowsTheFailurePolicy() throws Exception {
    try (RedisServer server = RedisServer.startOwn();
        Node node = Node.of("t" + UUID.randomUUID(), server)) {
      server.kill();
      RateLimiter limiter = node.limiter();
      assertThat(limiter.check(key(FailurePolicy.FAIL_LOCAL)).bound()).isEqualTo(Bound.NODE_SHARES);
      assertThat(limiter.check(key(FailurePolicy.FAIL_OPEN)).bound()).isEqualTo(Bound.NONE);
      assertThat(limiter.check(key(FailurePolicy.FAIL_CLOSED)).bound()).isEqualTo(Bound.NOTHING);
      assertThat(limiter.check(2, key(FailurePolicy.FAIL_OPEN)).bound()).isEqualTo(Bound.NOTHING);
    }
  }

  @Test
  void eachIsSaidInOneLine() {
    for (Bound bound : Bound.values()) {
      assertThat(bound.text()).isASCII().isNotBlank().doesNotContain("\n");
    }
  }
}
