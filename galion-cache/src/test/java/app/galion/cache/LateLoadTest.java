package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.Subscription;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was loaded or read before a write, and is there only after it. */
class LateLoadTest {
  static RedisServer server;

  /** What another node does while a load is under way. */
  enum Write {
    INVALIDATE(cache -> cache.invalidate("k")),
    PUT(cache -> cache.put("k", "new")),
    CLEAR(TieredCache::clear),
    TAG(cache -> cache.invalidateTags("team"));

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final Function<TieredCache<String, String>, WriteResult> of;

    Write(Function<TieredCache<String, String>, WriteResult> of) {
      this.of = of;
    }
  }

  @BeforeAll
  static void start() {
    server = RedisServer.startOwn();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void aLoadThatEndsAfterAWriteIsKeptByNoTierOfAnyNode(Write write) throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    AtomicInteger loads = new AtomicInteger();
    try (Nodes nodes = Nodes.of(3, server)) {
      TieredCache<String, String> a = nodes.get(0);
      CompletableFuture<Entry<String>> late =
          Callers.supplyAsync(
              () ->
                  a.getEntry(
                      "k",
                      (key, context) -> {
                        context.tags("team");
                        loading.countDown();
                        written.await();
                        return "old";
                      }));
      loading.await();
      assertThat(write.of.apply(nodes.get(1))).isEqualTo(WriteResult.APPLIED);
      written.countDown();
      assertThat(late.join().value()).isEqualTo("old");

      assertThat(a.stats().fillsRefused()).isEqualTo(1);
      for (TieredCache<String, String> cache : nodes.caches) {
        assertThat(cache.peek("k").map(Entry::value)).isNotEqualTo(Optional.of("old"));
        assertThat(cache.get("k", key -> "new" + (loads.incrementAndGet() == 1 ? "" : "er")))
            .isEqualTo("new");
      }
      assertThat(loads).hasValue(write == Write.PUT ? 0 : 1);
    }
  }

  @Test
  void aReadThatAWriteOvertookIsNotKept() {
    GatedCodec codec = new GatedCodec();
    try (Nodes nodes = Nodes.of(2, server)) {
      TieredCache<String, String> a = nodes.get(0);
      TieredCache<String, String> c = nodes.add(codec, builder -> builder);
      Nodes.awaitVerified(c);
      a.put("k", "old");
      nodes.awaitLevel();
      codec.close();
      CompletableFuture<String> reading = Callers.supplyAsync(() -> c.get("k", key -> "loaded"));
      codec.awaitCaller();
      a.put("k", "new");
      nodes.awaitLevel();
      codec.open();
      assertThat(reading.join()).isEqualTo("old");
      assertThat(c.get("k", key -> "loaded")).isEqualTo("new");
      assertThat(c.stats().loads()).isZero();
    }
  }

  @Test
  void aReadThatAWriteOvertookIsNotKeptThoughItsMessageWasLost() {
    GatedCodec codec = new GatedCodec();
    try (Nodes nodes = Nodes.of(2, server)) {
      TieredCache<String, String> a = nodes.get(0);
      TieredCache<String, String> c = nodes.add(codec, builder -> builder);
      Nodes.awaitVerified(c);
      c.subscriptions.forEach(Subscription::close);
      a.put("k", "old");
      codec.close();
      CompletableFuture<String> reading = Callers.supplyAsync(() -> c.get("k", key -> "loaded"));
      codec.awaitCaller();
      assertThat(a.put("k", "new")).isEqualTo(WriteResult.APPLIED);
      codec.open();
      assertThat(reading.join()).isEqualTo("old");
      Await.until(
          "the next proof tells", Nodes.PATIENCE, () -> "new".equals(c.get("k", key -> "loaded")));
    }
  }

  @Test
  void aReaderBetweenTheStepsOfAnInvalidationLeavesNothingOld() {
    GatedCodec codec = new GatedCodec();
    try (Nodes nodes = Nodes.of(2, server)) {
      nodes.get(0).put("k", "old");
      TieredCache<String, String> c = nodes.add(codec, builder -> builder);
      Nodes.awaitVerified(c);
      nodes.awaitLevel();
      codec.close();
      CompletableFuture<String> reading = Callers.supplyAsync(() -> c.get("k", key -> "loaded"));
      codec.awaitCaller();
      assertThat(c.invalidate("k")).isEqualTo(WriteResult.APPLIED);
      codec.open();
      assertThat(reading.join()).isEqualTo("old");
      assertThat(c.get("k", key -> "new")).isEqualTo("new");
    }
  }

  @Test
  void whoHasInvalidatedSeesNothingOlderHoweverManyReadMeanwhile() {
    Witness witness = new Witness(Duration.ZERO);
    try (Nodes nodes = Nodes.patientBehindProxies(server);
        Load load = new Load()) {
      TieredCache<String, String> a = nodes.get(0);
      nodes.network(0).delay(Duration.ofMillis(5));
      for (int i = 0; i < 4; i++) {
        load.run(() -> witness.read(a, "k"));
      }
      for (int i = 0; i < 30; i++) {
        if (witness.invalidate(a, "k") == WriteResult.APPLIED) {
          witness.read(a, "k");
        }
      }
    }
    witness.assertNothingTooOld();
  }
}
