package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoherenceTest {
  static final int HERD = 64;

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
  void answersFromTheLoaderThenFromThisProcessAndFromRedisOnAnotherNode() {
    assertThat(a.getEntry("k", k -> "v"))
        .satisfies(e -> assertThat(e.value()).isEqualTo("v"))
        .satisfies(e -> assertThat(e.tier()).isEqualTo(Tier.LOADED));
    assertThat(a.getEntry("k", k -> "other").tier()).isEqualTo(Tier.L1);
    assertThat(b.getEntry("k", k -> "other"))
        .satisfies(e -> assertThat(e.value()).isEqualTo("v"))
        .satisfies(e -> assertThat(e.tier()).isEqualTo(Tier.L2))
        .satisfies(e -> assertThat(e.stale()).isFalse());
    assertThat(b.getEntry("k", k -> "other").tier()).isEqualTo(Tier.L1);
    assertThat(a.stats().loads()).isEqualTo(1);
    assertThat(b.stats().l2Hits()).isEqualTo(1);
  }

  @Test
  void showsAPutToEveryNode() {
    b.get("k", k -> "old");
    assertThat(a.put("k", "new")).isEqualTo(WriteResult.APPLIED);
    assertThat(a.getEntry("k", k -> "loaded").tier()).isEqualTo(Tier.L1);
    awaitSeen(b, "k", "new");
  }

  @Test
  void dropsAnInvalidatedKeyOnEveryNode() {
    a.get("k", k -> "old");
    b.get("k", k -> "old");
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.APPLIED);
    assertThat(a.peek("k")).isEmpty();
    awaitSeen(b, "k", "new");
    assertThat(a.get("k", k -> "newer")).isEqualTo("new");
  }

  @Test
  void invalidatesManyKeysAtOnce() {
    List<String> keys = List.of("1", "2", "3", "4", "5");
    keys.forEach(key -> b.put(key, "old"));
    assertThat(a.invalidateAll(keys)).isEqualTo(WriteResult.APPLIED);
    keys.forEach(key -> awaitSeen(b, key, "new"));
  }

  @Test
  void hardlyEverServesAnOlderValueASecondAfterAWrite() {
    Ticker ticker = Ticker.system();
    AtomicReference<String> row = new AtomicReference<>("0");
    long[] lags = new long[200];
    for (int round = 1; round <= lags.length; round++) {
      String value = Integer.toString(round);
      String key = "k" + round % 3;
      b.get(key, k -> row.get());
      row.set(value);
      WriteResult result = round % 2 == 0 ? a.put(key, value) : a.invalidate(key);
      assertThat(result).isEqualTo(WriteResult.APPLIED);
      long written = ticker.read();
      assertThat(a.get(key, k -> row.get())).isEqualTo(value);
      while (!value.equals(b.get(key, k -> row.get()))) {
        assertThat(ticker.read() - written).isLessThan(Nodes.PATIENCE.toNanos());
      }
      lags[round - 1] = ticker.read() - written;
    }
    Arrays.sort(lags);
    /* a round in twenty may meet a stall of the test's own machine */
    assertThat(Duration.ofNanos(lags[lags.length * 95 / 100])).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void refusesALoadThatBeganBeforeAnInvalidation() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<String> late =
        Callers.supplyAsync(
            () ->
                a.get(
                    "k",
                    k -> {
                      loading.countDown();
                      written.await();
                      return "old";
                    }));
    loading.await();
    assertThat(b.invalidate("k")).isEqualTo(WriteResult.APPLIED);
    written.countDown();
    assertThat(late.join()).isEqualTo("old");
    assertThat(a.peek("k")).isEmpty();
    assertThat(b.peek("k")).isEmpty();
    assertThat(a.stats().fillsRefused()).isEqualTo(1);
  }

  @Test
  void doesNotJoinALoadThatBeganBeforeAnInvalidation() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<String> late =
        Callers.supplyAsync(
            () ->
                a.get(
                    "k",
                    k -> {
                      loading.countDown();
                      written.await();
                      return "old";
                    }));
    loading.await();
    a.invalidate("k");
    assertThat(a.get("k", k -> "new")).isEqualTo("new");
    written.countDown();
    assertThat(late.join()).isEqualTo("old");
    assertThat(a.get("k", k -> "newer")).isEqualTo("new");
  }

  @Test
  void hidesEverythingOlderAfterAClearOnEveryNode() {
    for (int i = 0; i < 50; i++) {
      a.put("k" + i, "old");
      assertThat(b.get("k" + i, k -> "loaded")).isEqualTo("old");
    }
    assertThat(b.clear()).isEqualTo(WriteResult.APPLIED);
    for (int i = 0; i < 50; i++) {
      assertThat(b.peek("k" + i)).isEmpty();
      awaitSeen(a, "k" + i, "new");
    }
  }

  @Test
  void remembersThatThereIsNoValue() {
    AtomicInteger loads = new AtomicInteger();
    Loader<String, String> none =
        key -> {
          loads.incrementAndGet();
          return null;
        };
    assertThat(a.get("k", none)).isNull();
    assertThat(a.get("k", none)).isNull();
    assertThat(b.getEntry("k", none))
        .satisfies(e -> assertThat(e.value()).isNull())
        .satisfies(e -> assertThat(e.tier()).isEqualTo(Tier.L2));
    assertThat(loads).hasValue(1);
    b.invalidate("k");
    awaitSeen(a, "k", "new");
  }

  @Test
  void loadsOnceForManyThreads() {
    AtomicInteger loads = new AtomicInteger();
    herd(List.of(a), loads, () -> true);
    assertThat(loads).hasValue(1);
  }

  @Test
  void loadsOnceForManyThreadsOfTwoNodes() {
    AtomicInteger loads = new AtomicInteger();
    herd(List.of(a, b), loads, () -> a.stats().waits() + b.stats().waits() > 0);
    assertThat(loads).hasValue(1);
  }

  @Test
  void saysThatAnotherNodeLoadedWhatThisOneWaitedFor() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    CompletableFuture<Entry<String>> leader =
        Callers.supplyAsync(
            () ->
                a.getEntry(
                    "k",
                    k -> {
                      loading.countDown();
                      waiting.await();
                      return "v";
                    }));
    loading.await();
    CompletableFuture<Entry<String>> follower =
        Callers.supplyAsync(() -> b.getEntry("k", k -> "own"));
    Await.until("b waits", Nodes.PATIENCE, () -> b.stats().waits() > 0);
    waiting.countDown();
    assertThat(leader).succeedsWithin(Nodes.PATIENCE).matches(e -> e.tier() == Tier.LOADED);
    assertThat(follower)
        .succeedsWithin(Nodes.PATIENCE)
        .matches(e -> "v".equals(e.value()))
        .matches(e -> e.tier() == Tier.LOADED && !e.stale());
    assertThat(b.stats().loads()).isZero();
  }

  @Test
  void sharesALoadersFailureWithAWaitingNode() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    CompletableFuture<String> leader =
        Callers.supplyAsync(
            () ->
                a.get(
                    "k",
                    k -> {
                      loading.countDown();
                      waiting.await();
                      throw new IllegalStateException("broken");
                    }));
    loading.await();
    CompletableFuture<String> follower = Callers.supplyAsync(() -> b.get("k", k -> "own"));
    Await.until("b waits", Nodes.PATIENCE, () -> b.stats().waits() > 0);
    waiting.countDown();
    assertThat(leader).failsWithin(Nodes.PATIENCE);
    assertThat(follower)
        .failsWithin(Nodes.PATIENCE)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(RemoteLoadException.class)
        .withMessageContaining("IllegalStateException");
  }

  @Test
  void loadsWithoutHoldingTheCallersThread() {
    CompletableFuture<String> vendor = new CompletableFuture<>();
    CompletableFuture<Entry<String>> first = a.getAsync("k", k -> vendor);
    Await.until("the load began", Nodes.PATIENCE, () -> a.stats().misses() == 1);
    CompletableFuture<Entry<String>> second = a.getAsync("k", k -> vendor);
    assertThat(first).isNotDone();
    vendor.complete("v");
    assertThat(first).succeedsWithin(Nodes.PATIENCE).matches(e -> "v".equals(e.value()));
    assertThat(second).succeedsWithin(Nodes.PATIENCE).matches(e -> "v".equals(e.value()));
    assertThat(a.getAsync("k", k -> vendor).join().tier()).isEqualTo(Tier.L1);
  }

  @Test
  void missesWhatAnotherCodecWrote() {
    a.put("k", "text");
    try (TieredCache<String, byte[]> other =
        Nodes.patient(TieredCache.<String, byte[]>builder("users", Codec.bytes()))
            .redis(nodes.link())
            .build()) {
      Nodes.awaitVerified(other);
      Entry<byte[]> entry = other.getEntry("k", k -> new byte[] {1});
      assertThat(entry.tier()).isEqualTo(Tier.LOADED);
      assertThat(other.stats().misfits()).isPositive();
    }
  }

  private static void herd(
      List<TieredCache<String, String>> caches, AtomicInteger loads, Await.Condition also) {
    Loader<String, String> loader =
        key -> {
          loads.incrementAndGet();
          Await.until(
              "all others wait",
              Nodes.PATIENCE,
              () -> Callers.areThere(HERD) && Callers.allWait() && also.holds());
          return "v";
        };
    List<CompletableFuture<String>> gets =
        IntStream.range(0, HERD)
            .mapToObj(i -> caches.get(i % caches.size()))
            .map(cache -> Callers.supplyAsync(() -> cache.get("k", loader)))
            .toList();
    assertThat(gets).allSatisfy(get -> assertThat(get.join()).isEqualTo("v"));
  }

  private static void awaitSeen(TieredCache<String, String> cache, String key, String value) {
    Await.until(
        cache + " shows " + value, Nodes.PATIENCE, () -> value.equals(cache.get(key, k -> value)));
  }
}
