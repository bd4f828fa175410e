package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SentinelServersTest {

  /* a sentinel that was itself held up for two seconds distrusts its clock and rests for thirty */
  private static final Duration WITHIN = Duration.ofSeconds(90);

  @Test
  void promoteTheReplicaOfAKilledPrimary() {
    try (SentinelServers servers = SentinelServers.start()) {
      assertThat(servers.uri())
          .matches("redis-sentinel://127\\.0\\.0\\.1:\\d+(,127\\.0\\.0\\.1:\\d+){2}#galion");
      RedisServer primary = servers.primary();
      assertThat(primary).isSameAs(servers.servers().get(0));
      primary.command("SET", "k", "v");
      assertThat(primary.command("WAIT", "1", "5000")).isEqualTo(1L);

      RedisServer killed = servers.killPrimary();
      RedisServer successor = servers.awaitFailover(killed, WITHIN);

      assertThat(killed).isSameAs(primary);
      assertThat(successor.command("GET", "k")).isEqualTo("v");
      assertThat(successor.command("SET", "k", "w")).isEqualTo("OK");
    }
  }
}
