package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
    nodes = Nodes.of(2, server, builder -> builder.staleIfError(Duration.ofHours(1)));
    a = nodes.get(0);
    b = nodes.get(1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void putsOnlyWhereThereIsNothing() {
    assertThat(a.putIfAbsent("k", "first")).isEqualTo(WriteResult.APPLIED);
    assertThat(b.putIfAbsent("k", "second")).isEqualTo(WriteResult.REFUSED);
    assertThat(b.get("k", k -> "loaded")).isEqualTo("first");
    a.invalidate("k");
    assertThat(b.putIfAbsent("k", "second")).isEqualTo(WriteResult.APPLIED);
  }

  @Test
  void losesNoIncrementOfTwoNodes() {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<CompletableFuture<Void>> ends =
          List.of(a, b).stream()
              .map(
                  cache ->
                      CompletableFuture.runAsync(
                          () ->
                              IntStream.range(0, 50)
                                  .forEach(
                                      i ->
                                          assertThat(cache.compute("k", ConditionsTest::plusOne))
                                              .isEqualTo(WriteResult.APPLIED)),
                          pool))
              .toList();
      ends.forEach(CompletableFuture::join);
    } finally {
      pool.shutdownNow();
    }
    assertThat(a.getEntry("k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "?").value())
        .isEqualTo("100");
  }

  @Test
  void leavesAValueAloneOfWhichNothingIsMade() {
    a.put("k", "v");
    assertThat(a.compute("k", value -> null)).isEqualTo(WriteResult.REFUSED);
    assertThat(a.get("k", k -> "loaded")).isEqualTo("v");
  }

  @Test
  void queuesAnInvalidationWhereRedisDoesNotAnswer() {
    try (Nodes hasty = Nodes.ofDefaults(1, server)) {
      TieredCache<String, String> cache = hasty.get(0);
      cache.put("k", "v");
      server.pause();
      assertThat(cache.putIfAbsent("k", "other")).isEqualTo(WriteResult.QUEUED);
      assertThat(cache.compute("k", value -> "other")).isEqualTo(WriteResult.QUEUED);
      assertThat(cache.expire("k")).isEqualTo(WriteResult.QUEUED);
      server.resume();
    }
  }

  @Test
  void keepsAnExpiredValueForALoaderThatFails() {
    a.put("k", "v");
    assertThat(b.expire("k")).isEqualTo(WriteResult.APPLIED);
    Entry<String> stale = b.getEntry("k", k -> failing());
    assertThat(stale.value()).isEqualTo("v");
    assertThat(stale.stale()).isTrue();
    assertThat(b.get("k", k -> "new")).isEqualTo("new");
    assertThat(a.getEntry("k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "newer").value())
        .isEqualTo("new");
    assertThat(a.expire("other")).isEqualTo(WriteResult.REFUSED);
  }

  @Test
  void worksWithoutRedis() {
    FakeTicker ticker = new FakeTicker();
    try (TieredCache<String, String> local =
        TieredCache.<String, String>builder("local", Codec.string())
            .ticker(ticker)
            .staleIfError(Duration.ofMinutes(1))
            .build()) {
      assertThat(local.putIfAbsent("k", "1")).isEqualTo(WriteResult.APPLIED);
      assertThat(local.putIfAbsent("k", "2")).isEqualTo(WriteResult.REFUSED);
      assertThat(local.compute("k", ConditionsTest::plusOne)).isEqualTo(WriteResult.APPLIED);
      assertThat(local.get("k", k -> "?")).isEqualTo("2");
      assertThat(local.expire("k")).isEqualTo(WriteResult.APPLIED);
      assertThat(local.getEntry("k", k -> failing()).stale()).isTrue();
      assertThat(local.get("k", k -> "new")).isEqualTo("new");
      assertThat(local.expire("other")).isEqualTo(WriteResult.REFUSED);
    }
  }

  private static String plusOne(@org.jspecify.annotations.Nullable String value) {
    return Integer.toString(value == null ? 1 : Integer.parseInt(value) + 1);
  }

  private static String failing() throws IOException {
    throw new IOException("away");
  }
}
