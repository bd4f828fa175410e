package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Eight nodes with 64 callers each, all of whom want one cold key at once. */
class HerdTest {
  static final int NODES = 8;
  static final int CALLERS = 64;

  final AtomicInteger loads = new AtomicInteger();

  private List<CompletableFuture<String>> ask(Nodes nodes, Loader<String, String> loader) {
    List<CompletableFuture<String>> callers = new ArrayList<>();
    for (int i = 0; i < NODES * CALLERS; i++) {
      TieredCache<String, String> cache = nodes.get(i % NODES);
      callers.add(Callers.supplyAsync(() -> cache.get("cold", loader)));
    }
    return callers;
  }

  /** All callers are there at once: one loads, the others join him or wait for his lease. */
  private static void awaitAll(Nodes nodes) {
    Await.until(
        "all others wait",
        Nodes.PATIENCE,
        () ->
            Callers.areThere(NODES * CALLERS)
                && Callers.allWait()
                && nodes.caches.stream().filter(cache -> cache.stats().waits() > 0).count()
                    == NODES - 1);
  }

  @Test
  void loadsAColdKeyOnce(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(NODES, server)) {
      List<CompletableFuture<String>> callers =
          ask(
              nodes,
              key -> {
                loads.incrementAndGet();
                awaitAll(nodes);
                return "loaded";
              });
      assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).isEqualTo("loaded"));
      assertThat(loads).hasValue(1);
    }
  }

  @Test
  void tellsAllOfALoadThatFailed(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(NODES, server)) {
      List<CompletableFuture<String>> callers =
          ask(
              nodes,
              key -> {
                loads.incrementAndGet();
                awaitAll(nodes);
                throw new IllegalStateException("broken");
              });
      for (CompletableFuture<String> caller : callers) {
        assertThatThrownBy(caller::join).isInstanceOf(CompletionException.class);
      }
      assertThat(loads).hasValue(1);
    }
  }
}
