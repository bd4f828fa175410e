package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of three nodes one is a quarter of an hour ahead, one behind, and one sets its clock back. */
class SkewedClocksTest {
  private static final Duration LIMIT = Duration.ofMillis(1500);

  private final Nodes nodes;
  private final AtomicLong steps = new AtomicLong();

  SkewedClocksTest(@RealRedis RedisServer server) {
    nodes = new Nodes(server, false);
  }

  @BeforeEach
  void connect() {
    InstantSource now = InstantSource.system();
    add(() -> now.instant().plus(Duration.ofMinutes(15)));
    add(() -> now.instant().minus(Duration.ofMinutes(15)));
    add(() -> now.instant().minus(Duration.ofMinutes(steps.get())));
    nodes.caches.forEach(Nodes::awaitVerified);
  }

  private void add(InstantSource clock) {
    nodes.add(builder -> builder.silenceLimit(LIMIT).wallClock(clock));
  }

  @AfterEach
  void disconnect() {
    nodes.close();
  }

  @Test
  void serveNothingTooOld() {
    Witness witness = new Witness(LIMIT.plusMillis(200));
    try (Load load = new Load()) {
      load.run(() -> witness.put(nodes.get(0), "k"));
      nodes.caches.forEach(cache -> load.run(() -> witness.read(cache, "k")));
      for (int i = 0; i < 4; i++) {
        Load.passes(Duration.ofMillis(700));
        steps.incrementAndGet();
      }
    }
    witness.assertNothingTooOld();
    assertThat(nodes.get(2).core().counters.suspensions.sum()).isPositive();
  }

  @Test
  void refuseALoadThatAnotherNodeOvertook() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<String> late =
        Callers.supplyAsync(
            () ->
                nodes
                    .get(0)
                    .get(
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

  @Test
  void tellTheAgeOfAValueByNobodysClock() {
    nodes.get(0).put("k", "v");
    long put = nodes.get(0).core().now();
    for (TieredCache<String, String> cache : nodes.caches) {
      Duration age = cache.getEntry("k", key -> "v").age();
      Duration real = Duration.ofNanos(cache.core().now() - put);
      assertThat(age).isBetween(Duration.ZERO, real.plusSeconds(2));
    }
  }
}
