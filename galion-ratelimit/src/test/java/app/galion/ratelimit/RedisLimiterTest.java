package app.galion.ratelimit;

import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisLimiterTest extends LineContract {

  private static RedisServer server;
  private static Node node;
  private static RateLimiter limiter;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    node = Node.of("t" + UUID.randomUUID(), server);
    limiter = node.another().denyMemory(Duration.ZERO).build();
  }

  @AfterAll
  static void stop() {
    node.close();
    server.close();
  }

  @Override
  RateLimiter limiter() {
    return limiter;
  }

  @Override
  RateLimiterBuilder another() {
    return node.another();
  }
}
