package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisUnavailableException;
import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code of galion-testkit's page. */
class TestkitSnippetsTest {

  @Test
  void answersWithinItsDeadlineWhileRedisIsSilent(@RealRedis(own = true) RedisServer redis)
      throws Exception {
    try (FaultProxy network = FaultProxy.to(redis.host(), redis.port());
        RedisLink link = RedisLink.builder("test", "redis://" + network.address()).build()) {
      assertThat(link.awaitAvailable(Duration.ofSeconds(5))).isTrue();
      network.dropSilently();
      assertThatThrownBy(
              () -> link.command("GET", List.of(link.key("k")), Duration.ofMillis(100)).join())
          .hasCauseInstanceOf(RedisUnavailableException.class);
      network.heal();
      Await.until("the link is back", Duration.ofSeconds(10), link::available);
    }
  }
}
