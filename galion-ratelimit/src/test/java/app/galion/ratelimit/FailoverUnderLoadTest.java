package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.RedisClusterServers;
import app.galion.testkit.RedisServer;
import app.galion.testkit.SentinelServers;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What callers see and servers count while a primary is replaced, or a slot moves, under load. */
@Tag("slow")
class FailoverUnderLoadTest extends UnderLoad {

  private static final Duration WITHIN = Duration.ofSeconds(60);

  private RedisLink link;
  private RateLimiter limiter;

  private void connect(String uris) throws InterruptedException {
    link = RedisLink.builder("t" + UUID.randomUUID(), uris).build();
    assertThat(link.awaitAvailable(WITHIN)).isTrue();
    limiter = RateLimiter.builder("api").redis(link).build();
  }

  @Override
  RateLimiter limiter() {
    return limiter;
  }

  @AfterEach
  void disconnect() {
    limiter.close();
    link.close();
  }

  /* What the lost primary had not yet told its replica is admitted again: less may be charged. */
  @Test
  void aFailoverBySentinelChargesNothingThatWasNotAsked() throws Exception {
    try (SentinelServers servers = SentinelServers.start()) {
      connect(servers.uri());
      underLoad(
          () -> {
            rest(500);
            RedisServer killed = servers.killPrimary();
            servers.awaitFailover(killed, WITHIN);
            rest(1_000);
          });
      long used = usedOnTheServer();
      System.out.printf(
          "failover: asked %d, admitted by Redis %d, charged %d, unanswered %d%n",
          asked.sum(), byRedis.sum(), used, unknown.sum());
      assertThat(unknown.sum()).isPositive();
      assertThat(used).isPositive().isLessThanOrEqualTo(byRedis.sum() + unknown.sum());
    }
  }

  @Test
  void aSlotThatMovesBackAndForthLosesAndRepeatsNothing() throws Exception {
    try (RedisClusterServers cluster = RedisClusterServers.start(3, 0)) {
      connect(cluster.uris());
      assertThat(ask()).isEqualTo(Decision.Source.REDIS);
      String key = link.app() + ":r1:{" + COUNTED.tag() + "}:counted";
      RedisServer home = cluster.primaryOf(key);
      RedisServer other =
          cluster.nodes().stream().filter(node -> node != home).findFirst().orElseThrow();
      underLoad(
          () -> {
            for (int i = 0; i < 4; i++) {
              rest(300);
              cluster.moveSlot(key, i % 2 == 0 ? other : home);
            }
            rest(300);
          });
      countsAgree("slot moved 4 times");
      assertThat(cluster.primaryOf(key)).isSameAs(home);
    }
  }
}
