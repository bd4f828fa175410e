package app.galion.redis;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The code of the README. */
class ReadmeTest {

  /** Stands for the reader's class beside which the script lies. */
  static final class Orders {}

  @Test
  void usageRuns() throws Exception {
    try (RedisServer server = RedisServer.startOwn()) {
      String redisUri = server.uri();

      RedisLink redis = RedisLink.builder("galion", redisUri).build(); // connects in the background
      redis.awaitAvailable(Duration.ofSeconds(5)); // only where a start should wait

      RedisScript add = RedisScript.resource(Orders.class, "add.lua");
      CompletableFuture<Reply> reply =
          redis.eval(
              add,
              List.of(redis.key("o1:{42}")),
              List.of(RedisLink.bytes("5")),
              Duration.ofMillis(50));
      long total =
          reply
              .thenApply(r -> r.integer(0))
              .join(); // or completes with a RedisUnavailableException

      assertThat(total).isEqualTo(5);
      redis.close();
    }
  }
}
