package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Guard;
import app.galion.spi.Health.Status;
import app.galion.spi.Permit;
import app.galion.spi.RejectedException;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LocalOnlyTest {
  final FakeTicker ticker = new FakeTicker();

  TieredCacheBuilder<String, String> builder() {
    return TieredCache.<String, String>builder("local", Codec.string()).ticker(ticker).jitter(0);
  }

  @Test
  void worksWithoutRedis() {
    try (TieredCache<String, String> cache = builder().build()) {
      assertThat(cache.getEntry("k", k -> "v").tier()).isEqualTo(Tier.LOADED);
      ticker.advance(Duration.ofSeconds(10));
      Entry<String> entry = cache.getEntry("k", k -> "other");
      assertThat(entry).isEqualTo(new Entry<>("v", Tier.L1, Duration.ofSeconds(10), false));
      assertThat(cache.put("k", "new")).isEqualTo(WriteResult.APPLIED);
      assertThat(cache.get("k", k -> "other")).isEqualTo("new");
      cache.invalidate("k");
      assertThat(cache.peek("k")).isEmpty();
      cache.put("1", "v");
      cache.clear();
      assertThat(cache.peek("1")).isEmpty();
      assertThat(cache.health().status()).isEqualTo(Status.UP);
    }
  }

  @Test
  void servesAStaleValueWhenTheLoaderFails() {
    try (TieredCache<String, String> cache =
        builder().freshFor(Duration.ofMinutes(1)).staleIfError(Duration.ofHours(1)).build()) {
      cache.get("k", k -> "v");
      ticker.advance(Duration.ofMinutes(2));
      Entry<String> entry = cache.getEntry("k", k -> failing());
      assertThat(entry.value()).isEqualTo("v");
      assertThat(entry.stale()).isTrue();
      assertThat(entry.age()).isEqualTo(Duration.ofMinutes(2));
      assertThat(cache.lastGood("k").toCompletableFuture().join())
          .hasValueSatisfying(stale -> assertThat(stale.value()).isEqualTo("v"));
      ticker.advance(Duration.ofHours(1));
      assertThatThrownBy(() -> cache.get("k", k -> failing()))
          .isInstanceOf(LoadException.class)
          .hasMessageStartingWith("cache 'local' could not load key 'k': java.io.IOException: away")
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void refreshesInTheBackgroundWhileServingTheStaleValue() {
    try (TieredCache<String, String> cache =
        builder()
            .freshFor(Duration.ofMinutes(1))
            .staleWhileRevalidate(Duration.ofMinutes(1))
            .build()) {
      cache.get("k", k -> "old");
      ticker.advance(Duration.ofSeconds(90));
      assertThat(cache.getEntry("k", k -> "new").value()).isEqualTo("old");
      Await.until("refreshed", Nodes.PATIENCE, () -> "new".equals(cache.get("k", k -> "newer")));
    }
  }

  @Test
  void passesAnUncheckedErrorAsItIs() {
    try (TieredCache<String, String> cache = builder().build()) {
      IllegalStateException broken = new IllegalStateException("broken");
      assertThatThrownBy(
              () ->
                  cache.get(
                      "k",
                      k -> {
                        throw broken;
                      }))
          .isSameAs(broken);
      assertThat(cache.get("k", k -> "v")).isEqualTo("v");
    }
  }

  @Test
  void doesNotLoadWhenTheGuardRefuses() {
    Guard closed = () -> Permit.refused(Duration.ofSeconds(7).toNanos());
    try (TieredCache<String, String> cache = builder().guard(closed).build()) {
      assertThatThrownBy(() -> cache.get("k", k -> "v"))
          .isInstanceOfSatisfying(
              RejectedException.class,
              e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    }
  }

  @Test
  void freesThoseWhoJoinedALoadThatTakesTooLong() throws Exception {
    try (TieredCache<String, String> cache =
        TieredCache.<String, String>builder("local", Codec.string())
            .loaderTimeout(Duration.ofMillis(100))
            .build()) {
      CountDownLatch loading = new CountDownLatch(1);
      CountDownLatch end = new CountDownLatch(1);
      CompletableFuture<String> leader =
          Callers.supplyAsync(
              () ->
                  cache.get(
                      "k",
                      k -> {
                        loading.countDown();
                        end.await();
                        return "late";
                      }));
      loading.await();
      assertThatThrownBy(() -> cache.get("k", k -> "own"))
          .isInstanceOf(LoadException.class)
          .hasMessageContaining("did not end within 100 ms");
      end.countDown();
      assertThat(leader.join()).isEqualTo("late");
    }
  }

  @Test
  void evictsBeyondItsMaximumSize() {
    try (TieredCache<String, String> cache = builder().maximumSize(10).build()) {
      for (int i = 0; i < 100; i++) {
        cache.put("k" + i, "v");
      }
      assertThat(cache.stats().size()).isLessThanOrEqualTo(10);
      assertThat(cache.stats().evictions()).isGreaterThanOrEqualTo(90);
    }
  }

  @Test
  void takesLongAndUuidKeysAndRefusesOthersWithoutAnEncoder() {
    try (TieredCache<Object, String> longs =
        TieredCache.<Object, String>builder("longs", Codec.string()).build()) {
      assertThat(longs.get(42L, k -> "v")).isEqualTo("v");
      assertThatThrownBy(() -> longs.get("42", k -> "v"))
          .hasMessageContaining("mixed types need a keyEncoder");
    }
    try (TieredCache<Object, String> others =
        TieredCache.<Object, String>builder("others", Codec.string()).build()) {
      assertThatThrownBy(() -> others.get(List.of(), k -> "v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("needs a keyEncoder");
    }
    try (TieredCache<UUID, String> uuids =
        TieredCache.<UUID, String>builder("uuids", Codec.string()).build()) {
      assertThat(uuids.get(new UUID(1, 2), k -> "v")).isEqualTo("v");
    }
  }

  @Test
  void refusesKeysThatAreEmptyOrTooLong() {
    try (TieredCache<String, String> cache = builder().build()) {
      assertThatThrownBy(() -> cache.get("x".repeat(1025), k -> "v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "cache 'local': a key of 1025 bytes, must be 1 to 1024; hash the longer ones in a"
                  + " keyEncoder");
      assertThatThrownBy(() -> cache.get("", k -> "v"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void namesAllConflictsAtOnce() {
    assertThatThrownBy(
            () ->
                builder()
                    .redisTimeout(Duration.ofSeconds(5))
                    .silenceLimit(Duration.ofSeconds(9))
                    .freshFor(Duration.ofSeconds(1))
                    .localFor(Duration.ofSeconds(2))
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cache 'local' cannot be built: ")
        .hasMessageContaining("redisTimeout PT5S has no meaning without redis")
        .hasMessageContaining("silenceLimit PT9S has no meaning without redis")
        .hasMessageContaining("localFor PT2S is longer than freshFor PT1S");
    assertThatThrownBy(() -> builder().jitter(0.7)).hasMessage("jitter 0.7 must be 0 to 0.5");
    assertThatThrownBy(() -> builder().freshFor(Duration.ZERO))
        .hasMessage("freshFor PT0S must be PT0.001S to PT8760H");
  }

  @Test
  void showsItsCountersToMicrometer() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (TieredCache<String, String> cache = builder().build()) {
      TieredCacheMetrics.of(cache).bindTo(registry);
      AtomicInteger loads = new AtomicInteger();
      cache.get("k", k -> "v" + loads.incrementAndGet());
      cache.get("k", k -> "v" + loads.incrementAndGet());
      assertThat(
              registry
                  .get("galion.cache.hits")
                  .tags("cache", "local", "level", "l1")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
      assertThat(
              registry
                  .get("galion.cache.loads")
                  .tags("cache", "local", "result", "success")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
      assertThat(registry.get("cache.size").gauge().value()).isEqualTo(1);
    }
  }

  @Test
  void allocatesNothingForAHit() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Loader<String, String> loader = key -> "v";
    try (TieredCache<String, String> cache = builder().build()) {
      for (int i = 0; i < 200_000; i++) {
        cache.get("k", loader);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100_000; i++) {
        cache.get("k", loader);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }
  }

  @Test
  void explainsAKey() {
    try (TieredCache<String, String> cache = builder().build()) {
      assertThat(cache.explain("k")).contains("cache 'local' key 'k'", "L1: not here");
      cache.put("k", "v");
      assertThat(cache.explain("k")).contains("L1: a value", "served", "in this process only");
    }
  }

  @Test
  void saysThatItIsClosed() {
    TieredCache<String, String> cache = builder().build();
    cache.close();
    assertThatThrownBy(() -> cache.get("k", k -> "v"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cache 'local' is closed");
  }

  private static String failing() throws IOException {
    throw new IOException("away");
  }
}
