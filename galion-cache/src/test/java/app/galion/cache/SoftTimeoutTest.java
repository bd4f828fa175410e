package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SoftTimeoutTest {
  final FakeTicker ticker = new FakeTicker();
  final CountDownLatch end = new CountDownLatch(1);
  final AtomicReference<Thread> loader = new AtomicReference<>();

  @AfterEach
  void end() {
    end.countDown();
  }

  TieredCacheBuilder<String, String> options(TieredCacheBuilder<String, String> builder) {
    return builder
        .loaderSoftTimeout(Duration.ofMillis(50))
        .staleIfError(Duration.ofHours(1))
        .jitter(0);
  }

  TieredCache<String, String> local() {
    return options(TieredCache.<String, String>builder("soft", Codec.string()))
        .ticker(ticker)
        .freshFor(Duration.ofMinutes(1))
        .build();
  }

  @Test
  void answersWithTheStaleValueAndStoresTheLateOne() {
    try (TieredCache<String, String> cache = local()) {
      cache.get("k", key -> "old");
      ticker.advance(Duration.ofMinutes(2));
      Entry<String> entry = cache.getEntry("k", this::slow);
      assertThat(entry).isEqualTo(new Entry<>("old", Tier.L1, Duration.ofMinutes(2), true));
      assertThat(loader.get()).isNotSameAs(Thread.currentThread());
      CompletableFuture<Entry<String>> joined = cache.getAsync("k", key -> null);
      assertThat(joined).succeedsWithin(Nodes.PATIENCE).matches(Entry::stale);
      assertThat(cache.get("k", key -> "never loaded")).isEqualTo("old");
      end.countDown();
      Await.until(
          "the late value is stored",
          Nodes.PATIENCE,
          () -> "new".equals(cache.get("k", key -> "never loaded")));
      assertThat(cache.stats().loads()).isEqualTo(2);
    }
  }

  @Test
  void givesALoadThatIsQuickerItsOwnAnswer() {
    try (TieredCache<String, String> cache = local()) {
      cache.get("k", key -> "old");
      ticker.advance(Duration.ofMinutes(2));
      end.countDown();
      Await.until(
          "an answer in time",
          Nodes.PATIENCE,
          () -> {
            cache.expire("k");
            return "new".equals(cache.getEntry("k", this::slow).value());
          });
    }
  }

  @Test
  void leavesTheLoaderOnItsCallersThreadIfThereIsNothingStale() {
    end.countDown();
    try (TieredCache<String, String> cache = local()) {
      assertThat(cache.get("k", this::slow)).isEqualTo("new");
      assertThat(loader.get()).isSameAs(Thread.currentThread());
      cache.get("l", key -> "old");
      ticker.advance(Duration.ofMinutes(2));
      cache.getAll(
          List.of("l"),
          keys -> {
            loader.set(Thread.currentThread());
            return Map.of("l", "new");
          });
      assertThat(loader.get()).isSameAs(Thread.currentThread());
    }
  }

  @Test
  void failsAsEverIfTheLoadFailsBefore() {
    try (TieredCache<String, String> cache = local()) {
      assertThatThrownBy(
              () ->
                  cache.get(
                      "k",
                      key -> {
                        throw new IllegalStateException("broken");
                      }))
          .hasMessage("broken");
    }
  }

  @Test
  void storesTheLateValueForAllNodesUnlessItsKeyWasWritten() {
    try (RedisServer server = RedisServer.start();
        Nodes nodes = Nodes.of(2, server, this::options)) {
      TieredCache<String, String> a = nodes.get(0);
      TieredCache<String, String> b = nodes.get(1);
      for (String key : List.of("k", "written")) {
        a.put(key, "old");
        a.expire(key);
        Entry<String> entry = a.getEntry(key, this::slow);
        assertThat(entry.value()).isEqualTo("old");
        assertThat(entry.stale()).isTrue();
      }
      b.invalidate("written");
      end.countDown();
      Await.until(
          "the late value is there",
          Nodes.PATIENCE,
          () -> b.peek("k", ReadOptions.of().skipLocal()).filter(e -> !e.stale()).isPresent());
      assertThat(b.getEntry("k", ReadOptions.of().skipLocal(), key -> "x").value())
          .isEqualTo("new");
      Await.until("the other is refused", Nodes.PATIENCE, () -> a.stats().fillsRefused() == 1);
      assertThat(b.get("written", key -> "b's")).isEqualTo("b's");
    }
  }

  private String slow(String key) throws InterruptedException {
    loader.set(Thread.currentThread());
    end.await();
    return "new";
  }
}
