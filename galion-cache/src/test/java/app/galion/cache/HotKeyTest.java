package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Eight threads of each of three nodes read one key. */
class HotKeyTest {
  private static final int THREADS = 8;
  private static final int READS = 100_000;

  @Test
  void isReadFromRedisOnceByEachNode() {
    try (RedisServer server = RedisServer.startOwn();
        Nodes nodes = Nodes.of(3, server)) {
      nodes.get(0).put("k", "v");
      nodes.caches.forEach(cache -> assertThat(cache.get("k", key -> "?")).isEqualTo("v"));
      server.command("CONFIG", "RESETSTAT");
      Ticker ticker = Ticker.system();
      long start = ticker.read();
      List<CompletableFuture<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 3 * THREADS; i++) {
        TieredCache<String, String> cache = nodes.get(i % 3);
        readers.add(Callers.supplyAsync(() -> read(cache)));
      }
      readers.forEach(reader -> assertThat(reader.join()).isZero());
      System.out.printf(
          "hot key: %.1f million reads a second with %d threads%n",
          3_000.0 * THREADS * READS / Math.max(1, ticker.read() - start), 3 * THREADS);
      assertThat(String.valueOf(server.command("INFO", "commandstats")))
          .doesNotContain("cmdstat_mget");
      assertThat(nodes.caches.stream().mapToLong(cache -> cache.stats().loads()).sum()).isZero();
    }
  }

  private static int read(TieredCache<String, String> cache) {
    int wrong = 0;
    for (int i = 0; i < READS; i++) {
      wrong += "v".equals(cache.get("k", key -> "?")) ? 0 : 1;
    }
    return wrong;
  }
}
