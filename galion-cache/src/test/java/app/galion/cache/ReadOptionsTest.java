package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadOptionsTest {
  static RedisServer server;

  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() {
    nodes = Nodes.of(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
  }

  @Test
  void noStalenessAsksRedisAlways() {
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    a.put("k", "v");
    assertThat(a.getEntry("k", strict, k -> "?").tier()).isEqualTo(Tier.L2);
    for (int i = 0; i < 50; i++) {
      String value = "v" + i;
      a.put("k", value);
      assertThat(b.getEntry("k", strict, k -> "?").value()).isEqualTo(value);
    }
    assertThatThrownBy(() -> ReadOptions.of().maxStaleness(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxStaleness PT-0.001S must be >= 0");
  }

  @Test
  void aStrictReadWhoseLoadFailsDoesNotAnswerWithWhatMayBeOverwritten() {
    a.put("k", "v");
    b.get("k", k -> "?");
    nodes.get(1).subscriptions.forEach(app.galion.redis.Subscription::close);
    a.invalidate("k");
    assertThatThrownBy(
            () ->
                b.getEntry(
                    "k",
                    ReadOptions.of().maxStaleness(Duration.ZERO),
                    k -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");
  }

  @Test
  void skipsThisProcess() {
    a.put("k", "v");
    assertThat(a.getEntry("k", ReadOptions.of().skipLocal(), k -> "?").tier()).isEqualTo(Tier.L2);
    assertThat(b.getEntry("k", ReadOptions.of().skipLocal(), k -> "?").value()).isEqualTo("v");
    assertThat(b.getEntry("new", ReadOptions.of().skipLocal(), k -> "n").tier())
        .isEqualTo(Tier.LOADED);
    assertThat(b.core().local.get("k")).isNull();
    assertThat(b.core().local.get("new")).isNull();
    assertThat(a.get("new", k -> "?")).isEqualTo("n");
  }

  @Test
  void skipsRedis() {
    a.put("k", "v");
    nodes.awaitLevel();
    ReadOptions options = ReadOptions.of().skipRemote();
    assertThat(a.getEntry("k", options, k -> "?").tier()).isEqualTo(Tier.L1);
    assertThat(b.getEntry("k", options, k -> "own").tier()).isEqualTo(Tier.LOADED);
    assertThat(b.getEntry("k", options, k -> "again").value()).isEqualTo("own");
    assertThat(a.getEntry("k", ReadOptions.of().skipLocal(), k -> "?").value()).isEqualTo("v");
    assertThat(b.peek("new", options)).isEmpty();
  }

  @Test
  void loadsAgainThoughTheValueIsFresh() {
    a.put("k", "old");
    assertThat(a.getEntry("k", ReadOptions.of().refresh(), k -> "new"))
        .satisfies(entry -> assertThat(entry.value()).isEqualTo("new"))
        .satisfies(entry -> assertThat(entry.tier()).isEqualTo(Tier.LOADED));
    assertThat(a.get("k", k -> "?")).isEqualTo("new");
    assertThat(b.get("k", k -> "?")).isEqualTo("new");
    assertThat(a.getEntry("none", ReadOptions.of().refresh(), k -> "first").value())
        .isEqualTo("first");
  }

  @Test
  void loadsOnceForTwoNodesThatRefresh() throws Exception {
    a.put("k", "old");
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicInteger others = new AtomicInteger();
    CompletableFuture<Entry<String>> first =
        Callers.supplyAsync(
            () ->
                a.getEntry(
                    "k",
                    ReadOptions.of().refresh(),
                    k -> {
                      loading.countDown();
                      waiting.await();
                      return "new";
                    }));
    loading.await();
    CompletableFuture<Entry<String>> second =
        Callers.supplyAsync(
            () ->
                b.getEntry("k", ReadOptions.of().refresh(), k -> "own" + others.incrementAndGet()));
    Await.until("b waits", Nodes.PATIENCE, () -> b.stats().waits() > 0);
    waiting.countDown();
    assertThat(first.join().value()).isEqualTo("new");
    assertThat(second.join().value()).isEqualTo("new");
    assertThat(others).hasValue(0);
  }

  @Test
  void tellsThatARefreshFailed() {
    a.put("k", "old");
    assertThatThrownBy(
            () ->
                a.getEntry(
                    "k",
                    ReadOptions.of().refresh(),
                    k -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");
    assertThat(a.get("k", k -> "?")).isEqualTo("old");
  }

  @Test
  void appliesToAsynchronousGetsAndPeeks() {
    a.put("k", "v");
    CompletableFuture<String> loaded = CompletableFuture.completedFuture("new");
    assertThat(a.getAsync("k", ReadOptions.of().skipLocal(), k -> loaded).join().tier())
        .isEqualTo(Tier.L2);
    assertThat(a.peek("k", ReadOptions.of().skipLocal()))
        .hasValueSatisfying(entry -> assertThat(entry.tier()).isEqualTo(Tier.L2));
    assertThat(a.getAsync("k", ReadOptions.of().refresh(), k -> loaded).join().value())
        .isEqualTo("new");
    assertThatThrownBy(() -> a.peek("k", ReadOptions.of().refresh()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cache 'users': peek loads nothing, so it cannot refresh");
  }

  @Test
  void meansLittleWithoutRedis() {
    try (TieredCache<String, String> local =
        TieredCache.<String, String>builder("local", Codec.string()).build()) {
      ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
      local.put("k", "v");
      assertThat(local.getEntry("k", strict, k -> "?").value()).isEqualTo("v");
      assertThat(local.getEntry("k", ReadOptions.of().skipRemote(), k -> "?").value())
          .isEqualTo("v");
      assertThat(local.getEntry("k", ReadOptions.of().refresh(), k -> "new").value())
          .isEqualTo("new");
      assertThat(local.get("k", k -> "?")).isEqualTo("new");
    }
  }

  @Test
  void changesNothingInPlace() {
    ReadOptions all =
        ReadOptions.of().maxStaleness(Duration.ofSeconds(1)).skipLocal().skipRemote().refresh();
    assertThat(all).hasToString("ReadOptions maxStaleness PT1S skipLocal skipRemote refresh");
    assertThat(ReadOptions.of()).hasToString("ReadOptions");
  }
}
