package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.RedisClusterServers;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A replica may lag behind what was acknowledged. */
class ReplicaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static RedisClusterServers cluster;

  @BeforeAll
  static void startCluster() {
    cluster = RedisClusterServers.start(3, 1);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static String commandsOf(RedisServer server) {
    return String.valueOf(server.command("INFO", "commandstats"));
  }

  @Test
  void isNeverAskedForValuesNorForProofs() throws Exception {
    List<RedisServer> primaries = new ArrayList<>();
    List<RedisServer> replicas = new ArrayList<>();
    for (RedisServer node : cluster.nodes()) {
      boolean primary = String.valueOf(node.command("ROLE")).contains("master,");
      (primary ? primaries : replicas).add(node);
      node.command("CONFIG", "RESETSTAT");
    }
    try (RedisLink link =
            RedisLink.builder("replicas", cluster.uris()).suspectAfter(PATIENCE).build();
        TieredCache<String, String> a = cache(link);
        TieredCache<String, String> b = cache(link)) {
      assertThat(link.awaitAvailable(PATIENCE)).isTrue();
      Nodes.awaitVerified(a);
      Nodes.awaitVerified(b);
      List<String> keys = IntStream.range(0, 100).mapToObj(i -> "k" + i).toList();
      keys.forEach(key -> a.put(key, "v", "tag"));
      keys.forEach(key -> assertThat(b.get(key, k -> "loaded")).isEqualTo("v"));
      a.invalidateTags("other");
      assertThat(b.getAll(keys, missing -> Map.of())).hasSize(100);
      a.invalidateAll(keys);
    }
    assertThat(primaries)
        .hasSize(3)
        .allSatisfy(
            primary -> assertThat(commandsOf(primary)).contains("cmdstat_mget", "cmdstat_eval"));
    assertThat(replicas)
        .hasSize(3)
        .allSatisfy(
            replica ->
                assertThat(commandsOf(replica))
                    .doesNotContain(
                        "cmdstat_mget", "cmdstat_hmget", "cmdstat_eval", "cmdstat_xrange"));
  }

  private static TieredCache<String, String> cache(RedisLink link) {
    return TieredCache.<String, String>builder("users", Codec.string())
        .redis(link)
        .redisTimeout(Duration.ofSeconds(5))
        .silenceLimit(Duration.ofSeconds(30))
        .build();
  }
}
