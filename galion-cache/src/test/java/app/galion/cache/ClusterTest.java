package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import app.galion.testkit.RedisClusterServers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes with one cache on a cluster of three shards. */
class ClusterTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration DEADLINE = Duration.ofSeconds(2);

  private static RedisClusterServers cluster;

  @BeforeAll
  static void startCluster() {
    cluster = RedisClusterServers.start(3, 1);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static RedisLink link(String uris) throws InterruptedException {
    /* a stall of the test's machine is not Redis' */
    RedisLink link = RedisLink.builder("cluster", uris).suspectAfter(DEADLINE).build();
    assertThat(link.awaitAvailable(PATIENCE)).isTrue();
    return link;
  }

  private static TieredCache<String, String> patient(RedisLink link) {
    return TieredCache.<String, String>builder("users", Codec.string())
        .redis(link)
        .redisTimeout(DEADLINE)
        .silenceLimit(Duration.ofSeconds(5))
        .build();
  }

  @Test
  void writesOnOneNodeReachTheOtherByMessageOnEveryShard() throws Exception {
    try (RedisLink linkA = link(cluster.uris());
        RedisLink linkB = link(cluster.nodes().get(0).uri());
        TieredCache<String, String> a = patient(linkA);
        TieredCache<String, String> b = patient(linkB)) {
      Await.until("b hears", PATIENCE, () -> heard(a, b));
      long before = b.stats().received();
      int writes = 300;
      for (int i = 0; i < writes; i++) {
        String key = "k" + i;
        String value = "new" + i;
        assertThat(b.get(key, k -> "old")).isEqualTo("old");
        assertThat(a.put(key, value)).isEqualTo(WriteResult.APPLIED);
        Await.until(
            key + " on the other node", PATIENCE, () -> value.equals(b.get(key, k -> "never")));
      }
      /* a heartbeat may have told b first of some; each bucket adds a message at its first use */
      Await.until(
          "b has heard the messages too", PATIENCE, () -> b.stats().received() - before >= writes);
      assertThat(a.clear()).isEqualTo(WriteResult.APPLIED);
      assertThat(a.get("k1", k -> "loaded")).isEqualTo("loaded");
    }
  }

  private static boolean heard(TieredCache<String, String> a, TieredCache<String, String> b) {
    a.invalidate("warm");
    return b.stats().received() > 0;
  }

  @Test
  void aLostPrimaryKeepsNoCallBeyondItsDeadlineAndComesBack() throws Exception {
    try (RedisLink link = link(cluster.uris());
        TieredCache<String, String> cache = patient(link)) {
      assertThat(cache.put("k", "before")).isEqualTo(WriteResult.APPLIED);
      cluster.awaitSound(PATIENCE);
      cluster.killPrimaryOf("cluster:c1:{" + KeyName.of("users", "k").bucket(64) + "}:users:E:k");

      assertThat(cache.get("k", k -> "loaded")).isIn("before", "loaded");
      // what is written until the loss is settled may be taken back once, as an invalidation
      Await.until(
          "written and kept",
          PATIENCE,
          () ->
              cache.put("k", "after") == WriteResult.APPLIED
                  && "after".equals(cache.get("k", k -> "loaded")));
    }
  }
}
