package app.galion.redis;

import static app.galion.redis.RedisLink.bytes;
import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import app.galion.testkit.SentinelServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A link whose primary is named by Sentinels, and then by them another one. */
class SentinelTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Ticker CLOCK = Ticker.system();

  private SentinelServers servers;
  private RedisLink link;

  @BeforeEach
  void start() throws Exception {
    servers = SentinelServers.start();
    link = RedisLink.builder("sentinel", servers.uri()).build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
  }

  @AfterEach
  void stop() {
    link.close();
    servers.close();
  }

  private boolean writes(String value) {
    try {
      join(link.command("SET", List.of(link.key("k"), bytes(value)), SECOND));
      return true;
    } catch (RedisUnavailableException e) {
      return false;
    }
  }

  @Test
  void followsAFailover() {
    assertThat(link.topology()).isEqualTo(Topology.SENTINEL);
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    byte[] channel = link.key("bus");
    String name = new String(channel, StandardCharsets.UTF_8);
    try (Subscription unused =
        link.subscribe(name, message -> heard.add(new String(message, StandardCharsets.UTF_8)))) {
      Await.until("written", LONG, () -> writes("before"));
      long epoch = link.epoch();
      RedisServer old = servers.killPrimary();
      Await.until("refused while there is no primary", LONG, () -> !writes("between"));
      servers.awaitFailover(old, LONG);
      long elected = CLOCK.read();
      Await.until("the new primary serves", LONG, () -> writes("after"));

      assertThat(CLOCK.read() - elected).isLessThan(Duration.ofSeconds(10).toNanos());
      assertThat(servers.primary().port()).isNotEqualTo(old.port());
      assertThat(
              servers.primary().command("GET", new String(link.key("k"), StandardCharsets.UTF_8)))
          .isEqualTo("after");
      assertThat(link.epoch()).isGreaterThan(epoch);
      Await.until(
          "the channel is heard again",
          LONG,
          () -> {
            join(link.command(link.publishCommand(), List.of(channel, bytes("on")), SECOND));
            return heard.contains("on");
          });
    }
  }
}
