package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExplainTest {
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
    nodes = Nodes.of(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void saysWhereTheKeyIsAndWhatWasDecided() {
    assertThat(a.explain("k"))
        .contains(
            "cache 'users' key 'k'", "L1: not here", "L2: not there", "lease: none", "VERIFIED")
        .doesNotContain("last decision");
    a.put("k", "v", "red");
    b.get("k", k -> "?");
    assertThat(b.explain("k"))
        .contains("L1: a value", "served", "L2: shown, a value, version ", "fresh for ", "tags red")
        .containsPattern("last decision \\d+ ms ago: read from Redis");
    a.clear();
    assertThat(a.explain("k")).contains("L1: a value", "not proven", "L2: hidden by a later clear");
    b.get("l", k -> "v");
    assertThat(b.explain("l")).contains("loaded and stored in Redis");
  }

  @Test
  void saysWhoHoldsTheLease() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> load =
        Callers.supplyAsync(
            () ->
                a.get(
                    "k",
                    k -> {
                      loading.countDown();
                      end.await();
                      return "v";
                    }));
    loading.await();
    assertThat(a.explain("k"))
        .contains("lease: this node's, token ", "loads, holds the lease", "a get is under way");
    assertThat(b.explain("k")).contains("lease: another node's, token ");
    end.countDown();
    load.join();
    assertThat(a.explain("k")).contains("lease: none");
  }

  @Test
  void answersWithoutRedis() {
    server.kill();
    Await.until("a is away", Nodes.PATIENCE, () -> a.explain("k").contains("L2: not asked"));
    assertThat(a.explain("k")).contains("AWAY");
    a.get("k", k -> "v");
    assertThat(a.explain("k")).contains("loads without a lease");
  }
}
