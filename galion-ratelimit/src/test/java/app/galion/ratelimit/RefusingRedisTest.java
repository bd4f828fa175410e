package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that answers, but not what it was asked. */
class RefusingRedisTest {

  static final LimitKey KEY =
      RatePolicy.tokenBucket("p", 1_000, Duration.ofDays(1)).deadline(PATIENT).by("user");

  RedisServer server;
  Node node;

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn();
    node = Node.of("t" + UUID.randomUUID(), server);
    assertThat(node.limiter().check(KEY).source()).isEqualTo(Source.REDIS);
  }

  @AfterEach
  void stop() {
    node.close();
    server.close();
  }

  private void decidesHereUntil(String... command) {
    for (int i = 0; i < 5; i++) {
      Decision decision = node.limiter().check(KEY);
      assertThat(decision.source()).isEqualTo(Source.LOCAL);
      assertThat(decision.allowed()).isTrue();
      assertThat(decision.bound()).isEqualTo(Bound.NODE_SHARES);
    }
    server.command(command);
    Await.until("Redis decides", PATIENT, () -> node.limiter().check(KEY).source() == Source.REDIS);
    assertThat(node.limiter().state(KEY).remaining()).isLessThan(1_000);
  }

  @Test
  void aServerWithoutMemoryIsReplacedByTheFailurePolicy() {
    server.command("CONFIG", "SET", "maxmemory", "1");
    decidesHereUntil("CONFIG", "SET", "maxmemory", "0");
  }

  @Test
  void aServerThatBecameAReplicaIsReplacedByTheFailurePolicy() {
    server.command("REPLICAOF", "127.0.0.1", "1");
    decidesHereUntil("REPLICAOF", "NO", "ONE");
  }
}
