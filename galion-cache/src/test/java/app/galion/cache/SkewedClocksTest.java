package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Of three nodes one is a quarter of an hour ahead, one behind, and one sets its clock back. */
class SkewedClocksTest {
  private static final Duration LIMIT = Duration.ofMillis(1500);

  private final RedisServer server;
  private final AtomicLong steps = new AtomicLong();

  SkewedClocksTest(@RealRedis RedisServer server) {
    this.server = server;
  }

  private Nodes skewed(Nodes nodes, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    InstantSource now = InstantSource.system();
    List<InstantSource> clocks =
        List.of(
            () -> now.instant().plus(Duration.ofMinutes(15)),
            () -> now.instant().minus(Duration.ofMinutes(15)),
            () -> now.instant().minus(Duration.ofMinutes(steps.get())));
    for (InstantSource clock : clocks) {
      nodes.add(builder -> options.apply(builder.wallClock(clock)));
    }
    nodes.caches.forEach(Nodes::awaitVerified);
    return nodes;
  }

  private Nodes skewed() {
    return skewed(new Nodes(server), builder -> builder);
  }

  @Test
  void serveNothingTooOld() {
    Witness witness = new Witness(LIMIT.plusMillis(200));
    try (Nodes nodes = skewed(new Nodes(server, false), builder -> builder.silenceLimit(LIMIT));
        Load load = new Load()) {
      load.run(() -> witness.put(nodes.get(0), "k"));
      nodes.caches.forEach(cache -> load.run(() -> witness.read(cache, "k")));
      for (int i = 0; i < 3; i++) {
        Load.passes(Duration.ofMillis(700));
        steps.incrementAndGet();
      }
      Await.until(
          "the steps are noticed",
          Nodes.PATIENCE,
          () -> nodes.get(2).core().counters.suspensions.sum() > 0);
    }
    witness.assertNothingTooOld();
  }

  @Test
  void refuseALoadThatAnotherNodeOvertook() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    try (Nodes nodes = skewed()) {
      TieredCache<String, String> a = nodes.get(0);
      CompletableFuture<String> late =
          Callers.supplyAsync(
              () ->
                  a.get(
                      "k",
                      key -> {
                        loading.countDown();
                        written.await();
                        return "old";
                      }));
      loading.await();
      assertThat(nodes.get(1).invalidate("k")).isEqualTo(WriteResult.APPLIED);
      written.countDown();
      assertThat(late.join()).isEqualTo("old");
      nodes.caches.forEach(cache -> assertThat(cache.get("k", key -> "new")).isEqualTo("new"));
    }
  }

  @Test
  void tellTheAgeOfAValueByNobodysClock() {
    try (Nodes nodes = skewed()) {
      nodes.get(0).put("k", "v");
      long put = nodes.get(0).core().now();
      for (TieredCache<String, String> cache : nodes.caches) {
        Duration age = cache.getEntry("k", key -> "v").age();
        Duration real = Duration.ofNanos(cache.core().now() - put);
        assertThat(age).isBetween(Duration.ZERO, real.plusSeconds(2));
      }
    }
  }
}
