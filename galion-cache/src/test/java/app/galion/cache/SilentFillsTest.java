package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.RedisServer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Four nodes load and read a thousand cold keys, and then one of them writes. */
class SilentFillsTest {
  private static final int NODES = 4;
  private static final List<String> KEYS = IntStream.range(0, 1000).mapToObj(i -> "k" + i).toList();

  @Test
  void areToldToNobody() {
    try (RedisServer server = RedisServer.startOwn();
        Nodes nodes = Nodes.of(NODES, server)) {
      nodes.get(0).clear();
      server.command("CONFIG", "RESETSTAT");
      for (int i = 0; i < KEYS.size(); i++) {
        nodes.get(i % NODES).get(KEYS.get(i), key -> "v");
      }
      for (TieredCache<String, String> cache : nodes.caches) {
        assertThat(cache.getAll(KEYS, keys -> Map.of())).hasSize(KEYS.size());
      }
      nodes.get(0).invalidate("k0");

      assertThat(nodes.caches.stream().mapToLong(cache -> cache.stats().loads()).sum())
          .isEqualTo(KEYS.size());
      assertThat(String.valueOf(server.command("INFO", "commandstats")))
          .contains("cmdstat_publish:calls=1,");
    }
  }
}
