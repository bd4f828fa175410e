package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RedisClusterServers;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three nodes of the application on a cluster of three shards without replicas. */
@Tag("slow")
class ClusterShardTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<String> KEYS = IntStream.range(0, 200).mapToObj(i -> "k" + i).toList();

  private RedisClusterServers cluster;
  private Nodes nodes;

  @BeforeEach
  void start() {
    cluster = RedisClusterServers.start(3, 0);
    for (RedisServer node : cluster.nodes()) {
      node.command("CONFIG", "SET", "cluster-require-full-coverage", "no");
      /* where every node stalls for 2 s, each takes the others for lost and answers nobody */
      node.command("CONFIG", "SET", "cluster-node-timeout", "60000");
    }
    nodes = Nodes.patientAt(cluster.uris());
  }

  @AfterEach
  void stop() {
    nodes.close();
    cluster.close();
  }

  private String place(String key) {
    return nodes.app
        + ":c1:{"
        + KeyName.of("users", key).bucket(Remote.BUCKETS)
        + "}:users:E:"
        + key;
  }

  @Test
  void ofADeadShardTheKeysAreLoadedAndThoseOfTheOthersAreFound() {
    TieredCache<String, String> a = nodes.get(0);
    KEYS.forEach(key -> assertThat(a.put(key, "stored")).isEqualTo(WriteResult.APPLIED));
    RedisServer dead = cluster.primaryOf(place("k0"));
    Set<String> gone =
        KEYS.stream()
            .filter(key -> cluster.primaryOf(place(key)) == dead)
            .collect(Collectors.toSet());
    assertThat(gone).hasSizeBetween(1, KEYS.size() - 1);
    dead.kill();
    TieredCache<String, String> b = nodes.get(1);

    Set<String> asked = new HashSet<>();
    Map<String, String> all =
        b.getAll(
            KEYS,
            keys -> {
              asked.addAll(keys);
              Map<String, String> loaded = new HashMap<>();
              keys.forEach(key -> loaded.put(key, "loaded"));
              return loaded;
            });

    assertThat(asked).isEqualTo(gone);
    assertThat(all.keySet()).containsExactlyElementsOf(KEYS);
    all.forEach(
        (key, value) -> assertThat(value).isEqualTo(gone.contains(key) ? "loaded" : "stored"));
    TieredCache<String, String> c = nodes.get(2);
    for (String key : KEYS) {
      Entry<String> entry = c.getEntry(key, k -> "loaded");
      assertThat(entry.tier())
          .as("%s: %s", key, c.explain(key))
          .isEqualTo(gone.contains(key) ? Tier.LOADED : Tier.L2);
      WriteResult written = c.invalidate(key);
      assertThat(written).isEqualTo(gone.contains(key) ? WriteResult.QUEUED : WriteResult.APPLIED);
    }
  }

  @Test
  void aHungShardHoldsUpNoKeyOfTheOthers() {
    KEYS.forEach(key -> assertThat(nodes.get(0).put(key, "stored")).isEqualTo(WriteResult.APPLIED));
    RedisServer hung = cluster.primaryOf(place("k0"));
    String other =
        KEYS.stream()
            .filter(key -> cluster.primaryOf(place(key)) != hung)
            .findFirst()
            .orElseThrow();
    TieredCache<String, String> b = nodes.get(1);
    CompletableFuture<Map<String, String>> all;
    hung.pause();
    try {
      all =
          CompletableFuture.supplyAsync(
              () -> b.getAll(List.of("k0", other), keys -> Map.of("k0", "loaded")));
      Await.until("b has found " + other, PATIENCE, () -> b.core().local.get(other) != null);
      assertThat(b.stats().redisFailures()).as("k0 is still asked for").isZero();
    } finally {
      hung.resume();
    }
    assertThat(all.join()).containsOnlyKeys("k0", other).containsEntry(other, "stored");
  }

  @Test
  void whileASlotMovesEveryCallIsAnsweredAndNothingTooOldIsServed() {
    Witness witness = new Witness(Duration.ofSeconds(30));
    List<String> moved = ofOneBucket();
    RedisServer from = cluster.primaryOf(place(moved.get(0)));
    RedisServer to =
        cluster.nodes().stream().filter(node -> node != from).findFirst().orElseThrow();
    moved.forEach(key -> witness.put(nodes.get(0), key));
    try (Load load = new Load()) {
      load.run(() -> moved.forEach(key -> witness.invalidate(nodes.get(0), key)));
      nodes.caches.forEach(cache -> load.run(() -> moved.forEach(key -> witness.read(cache, key))));
      for (int i = 0; i < 4; i++) {
        cluster.moveSlot(place(moved.get(0)), i % 2 == 0 ? to : from);
        Load.passes(Duration.ofMillis(300));
      }
    }
    witness.assertNothingTooOld();
    for (TieredCache<String, String> cache : nodes.caches) {
      Nodes.awaitRepeated(cache, PATIENCE);
    }
    Await.until(
        "writes reach the slot's new place",
        PATIENCE,
        () -> witness.put(nodes.get(0), moved.get(0)) == WriteResult.APPLIED);
    for (TieredCache<String, String> cache : nodes.caches) {
      Await.until(
          "all show the last write",
          PATIENCE,
          () -> witness.read(cache, moved.get(0)) == witness.rowOf(moved.get(0)));
    }
    System.out.printf(
        "slot moved under load: oldest %d ms, %d reads%n",
        witness.oldest().toMillis(), witness.reads());
  }

  private List<String> ofOneBucket() {
    int bucket = KeyName.of("users", "k0").bucket(Remote.BUCKETS);
    return IntStream.range(0, 2000)
        .mapToObj(i -> "k" + i)
        .filter(key -> KeyName.of("users", key).bucket(Remote.BUCKETS) == bucket)
        .limit(20)
        .toList();
  }
}
