package app.galion.ratelimit;

import static app.galion.ratelimit.LimiterContract.bucket;
import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Policies in shadow over a fleet, and while its Redis is away. */
class ShadowTest {

  private final String app = "t" + UUID.randomUUID();

  @Test
  void theFleetCountsTogetherInKeysOfItsOwn() throws Exception {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    try (RedisServer server = RedisServer.start();
        Node one = Node.of(app, server);
        Node two = Node.of(app, server);
        RateLimiter listening = two.another().onShadowDenial(told::add).build()) {
      LimitKey wide = bucket("wide", 100).by("user");
      LimitKey shadow = bucket("tried", 5).shadow().by("user");
      one.limiter().check(3, wide, shadow);
      Await.until("both see it", PATIENT, () -> listening.state(shadow).remaining() == 2);
      assertThat(listening.check(3, wide, shadow).allowed()).isTrue();
      Await.until("the denial is told", PATIENT, () -> told.size() == 1);
      assertThat(told.get(0).remaining()).isEqualTo(2);
      String key = app + ":r1:{" + shadow.tag() + "}:tried";
      assertThat(String.valueOf(server.command("EXISTS", key + "~shadow"))).isEqualTo("1");
      assertThat(String.valueOf(server.command("EXISTS", key))).isEqualTo("0");
    }
  }

  @Test
  void whileRedisIsAwayNoDecisionWaitsForAShadow() throws Exception {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    try (RedisServer server = RedisServer.startOwn();
        Node node = Node.of(app, server);
        RateLimiter limiter = node.another().onShadowDenial(told::add).build()) {
      RatePolicy tried =
          bucket("tried", 5)
              .deadline(Duration.ofMillis(100))
              .onFailure(FailurePolicy.FAIL_CLOSED)
              .shadow();
      LimitKey open =
          bucket("open", 5)
              .deadline(Duration.ofMillis(100))
              .onFailure(FailurePolicy.FAIL_OPEN)
              .by("user");
      server.pause();
      assertThat(limiter.check(tried.by("user")).source()).isEqualTo(Source.SHADOW);
      assertThat(limiter.check(open, tried.by("user")).source()).isEqualTo(Source.FAIL_OPEN);
      Await.until("its failure policy judged both", PATIENT, () -> told.size() == 2);
      server.resume();
    }
  }

  @Test
  void shadowsOfDenialsRememberedStayApart() throws Exception {
    try (RedisServer server = RedisServer.start();
        Node node = Node.of(app, server)) {
      LimitKey enforcing = bucket("p", 2).by("user");
      LimitKey shadow = bucket("p", 2).shadow().by("user");
      RateLimiter limiter = node.another().ticker(new FakeTicker()).build();
      limiter.check(2, shadow);
      Await.until("it is used up", PATIENT, () -> limiter.state(shadow).remaining() == 0);
      limiter.check(shadow);
      assertThat(limiter.check(2, enforcing).allowed()).isTrue();
      assertThat(limiter.check(enforcing).allowed()).isFalse();
      assertThat(limiter.remembered()).isEqualTo(1);
      assertThat(limiter.check(enforcing).source()).isEqualTo(Source.DENY_MEMORY);
      assertThat(limiter.check(shadow).source()).isEqualTo(Source.SHADOW);
    }
  }
}
