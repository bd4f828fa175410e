package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RefreshAheadTest {
  final FakeTicker ticker = new FakeTicker();
  final AtomicInteger loads = new AtomicInteger();

  TieredCacheBuilder<String, String> builder() {
    return TieredCache.<String, String>builder("ahead", Codec.string())
        .ticker(ticker)
        .jitter(0)
        .freshFor(Duration.ofSeconds(100))
        .refreshAhead(0.8);
  }

  @Test
  void refreshesWhatIsReadLateInItsLife() {
    try (TieredCache<String, String> cache = builder().build()) {
      cache.get("k", this::load);
      ticker.advance(Duration.ofSeconds(79));
      assertThat(cache.get("k", this::load)).isEqualTo("v1");
      assertThat(cache.stats().refreshes()).isZero();
      ticker.advance(Duration.ofSeconds(2));
      Entry<String> entry = cache.getEntry("k", this::load);
      assertThat(entry.value()).isEqualTo("v1");
      assertThat(entry.stale()).isFalse();
      Await.until("refreshed", Nodes.PATIENCE, () -> "v2".equals(cache.get("k", this::load)));
      assertThat(loads).hasValue(2);
      assertThat(cache.stats().refreshes()).isEqualTo(1);
    }
  }

  @Test
  void isStartedOnceHoweverManyRead() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (TieredCache<String, String> cache = builder().build()) {
      cache.get("k", this::load);
      ticker.advance(Duration.ofSeconds(90));
      for (int i = 0; i < 100; i++) {
        assertThat(
                cache.get(
                    "k",
                    key -> {
                      end.await();
                      return load(key);
                    }))
            .isEqualTo("v1");
      }
      end.countDown();
      Await.until("refreshed", Nodes.PATIENCE, () -> "v2".equals(cache.get("k", this::load)));
      assertThat(loads).hasValue(2);
    }
  }

  @Test
  void leavesTheValueUntilItsTimeIfItFails() {
    try (TieredCache<String, String> cache = builder().build()) {
      cache.get("k", this::load);
      ticker.advance(Duration.ofSeconds(90));
      Loader<String, String> broken =
          key -> {
            loads.incrementAndGet();
            throw new IllegalStateException("broken");
          };
      assertThat(cache.get("k", broken)).isEqualTo("v1");
      Await.until("it failed", Nodes.PATIENCE, () -> cache.stats().loadFailures() == 1);
      ticker.advance(Duration.ofSeconds(9));
      assertThat(cache.get("k", broken)).isEqualTo("v1");
      assertThat(cache.stats().refreshes()).isEqualTo(1);
      ticker.advance(Duration.ofSeconds(2));
      assertThatThrownBy(() -> cache.get("k", broken)).hasMessage("broken");
    }
  }

  @Test
  void takesWhatAnotherNodeHasLoadedMeanwhile() {
    try (RedisServer server = RedisServer.start();
        Nodes nodes = new Nodes(server)) {
      TieredCache<String, String> a = nodes.add(b -> b.ticker(ticker).jitter(0).refreshAhead(0.5));
      TieredCache<String, String> b = nodes.add(builder -> builder);
      nodes.caches.forEach(Nodes::awaitVerified);
      a.get("k", this::load);
      assertThat(b.getEntry("k", ReadOptions.of().refresh(), key -> "b's").value())
          .isEqualTo("b's");
      assertThat(a.get("k", this::load)).isEqualTo("v1");
      long past = Duration.ofMinutes(2).toNanos();
      ticker.advance(Duration.ofNanos(past));
      a.core().local.get("k").refreshedFrom(ticker.read());
      Await.until(
          "a heartbeat of this time passes",
          Nodes.PATIENCE,
          () -> a.core().local.get("k").proven(ticker.read(), a.core().policy.silenceLimit()));
      assertThat(a.get("k", this::load)).isEqualTo("v1");
      Await.until("a has b's", Nodes.PATIENCE, () -> "b's".equals(a.get("k", this::load)));
      assertThat(loads).hasValue(1);
    }
  }

  @Test
  void namesAShareThatIsNone() {
    assertThatThrownBy(() -> builder().refreshAhead(0))
        .hasMessage("refreshAhead 0.0 must be more than 0, at most 1");
    assertThatThrownBy(() -> builder().refreshAhead(1.1))
        .hasMessage("refreshAhead 1.1 must be more than 0, at most 1");
  }

  private String load(String key) {
    return "v" + loads.incrementAndGet();
  }
}
