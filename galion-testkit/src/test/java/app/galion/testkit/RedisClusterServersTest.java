package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisClusterServersTest {

  private static final Duration FAILOVER = Duration.ofSeconds(30);

  @Test
  void oneProcessIsAClusterThatRefusesKeysOfDifferentSlots() {
    try (RedisServer cluster = RedisServer.startCluster()) {
      assertThat(cluster.command("MSET", "{a}1", "x", "{a}2", "y")).isEqualTo("OK");
      assertThatExceptionOfType(RedisErrorReply.class)
          .isThrownBy(() -> cluster.command("MSET", "a", "x", "b", "y"))
          .withMessageStartingWith("CROSSSLOT");
      assertThat(cluster.command("CLUSTER", "NODES")).asString().contains("127.0.0.1:");
    }
  }

  @Test
  void sixNodesMoveASlotReplaceAKilledPrimaryAndTakeItBackAsAReplica() {
    try (RedisClusterServers cluster = RedisClusterServers.start(3, 1)) {
      assertThat(cluster.uris().split(",")).hasSize(6).allMatch(u -> u.startsWith("redis://127"));
      RedisServer primary = cluster.primaryOf("{k}");
      primary.command("SET", "{k}1", "v");

      RedisServer other =
          cluster.nodes().subList(0, 3).stream()
              .filter(n -> n != primary)
              .findFirst()
              .orElseThrow();
      cluster.moveSlot("{k}", other);
      Await.until("the slot moved", FAILOVER, () -> cluster.primaryOf("{k}") == other);
      assertThat(other.command("GET", "{k}1")).isEqualTo("v");
      assertThat(other.command("WAIT", "1", "5000")).isEqualTo(1L);

      RedisServer killed = cluster.killPrimaryOf("{k}");
      assertThat(killed).isSameAs(other);
      RedisServer successor =
          Await.value(
              "a successor",
              FAILOVER,
              () -> {
                RedisServer now = cluster.primaryOf("{k}");
                return now == killed ? null : now;
              });
      assertThat(successor.command("GET", "{k}1")).isEqualTo("v");

      killed.restart();
      Await.until(
          "the killed one is a replica",
          FAILOVER,
          () -> killed.command("INFO", "replication").toString().contains("role:slave"));
      cluster.awaitSound(FAILOVER);
      assertThat(successor.command("SET", "{k}1", "w")).isEqualTo("OK");
    }
  }

  @Test
  void refusesImpossibleSizes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisClusterServers.start(0, 1))
        .withMessageStartingWith("0 shards");
    assertThatIllegalArgumentException().isThrownBy(() -> RedisClusterServers.start(3, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> RedisClusterServers.start(31, 0));
  }
}
