package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On which threads the user's code runs, whichever way a value comes. */
class ThreadsTest {
  private final Set<String> threads = ConcurrentHashMap.newKeySet();

  /** Notes who encodes and decodes. */
  private final Codec<String> codec =
      new Codec<>() {
        @Override
        public byte[] encode(String value) throws Exception {
          note();
          return Codec.string().encode(value);
        }

        @Override
        public String decode(byte[] bytes) throws Exception {
          note();
          return Codec.string().decode(bytes);
        }

        @Override
        public Schema schema() {
          return Codec.string().schema();
        }
      };

  private void note() {
    threads.add(Thread.currentThread().getName());
  }

  private String load(String value) {
    note();
    return value;
  }

  @Test
  void isNeverOneOfTheNetworks(@RealRedis RedisServer server) {
    try (Nodes nodes = new Nodes(server)) {
      for (int i = 0; i < 3; i++) {
        nodes.add(
            codec,
            builder ->
                builder
                    .freshFor(Duration.ofMillis(50))
                    .remoteFor(Duration.ofMinutes(1))
                    .staleWhileRevalidate(Duration.ofMinutes(1)));
      }
      nodes.caches.forEach(Nodes::awaitVerified);
      List<String> keys = IntStream.range(0, 20).mapToObj(i -> "k" + i).toList();
      for (TieredCache<String, String> cache : nodes.caches) {
        keys.forEach(key -> cache.get(key, k -> load("v")));
        keys.forEach(
            key ->
                cache
                    .getAsync(key + "a", k -> CompletableFuture.completedFuture(load("v")))
                    .join());
        cache.getAll(keys, missing -> Map.of("k1", load("v")));
        cache.put("k1", "put");
        cache.compute("k2", before -> load(before + "+"));
        waitedFor(nodes, cache);
      }
      Load.passes(Duration.ofMillis(60));
      nodes.get(0).get("k3", k -> load("refreshed"));
      Await.until("it is refreshed", Nodes.PATIENCE, () -> nodes.get(0).stats().refreshes() > 0);
    }
    String caller = Thread.currentThread().getName();
    assertThat(threads)
        .contains(caller)
        .allMatch(
            name ->
                name.equals(caller)
                    || name.equals("caller")
                    || name.matches("galion-cache-users-worker.*"));
  }

  /** A value that arrives by a wake-up, which a network thread brings. */
  private void waitedFor(Nodes nodes, TieredCache<String, String> leader) {
    TieredCache<String, String> follower =
        nodes.caches.get((nodes.caches.indexOf(leader) + 1) % nodes.caches.size());
    CompletableFuture<String> vendor = new CompletableFuture<>();
    long waits = follower.stats().waits();
    String key = "waited " + nodes.caches.indexOf(leader);
    CompletableFuture<Boolean> loading = new CompletableFuture<>();
    CompletableFuture<Entry<String>> first =
        leader.getAsync(
            key,
            k -> {
              loading.complete(true);
              return vendor;
            });
    assertThat(loading).succeedsWithin(Nodes.PATIENCE);
    CompletableFuture<String> second = Callers.supplyAsync(() -> follower.get(key, k -> load("?")));
    Await.until("it waits", Nodes.PATIENCE, () -> follower.stats().waits() > waits);
    vendor.complete("v");
    assertThat(first.join().value()).isEqualTo("v");
    assertThat(second.join()).isEqualTo("v");
  }
}
