package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An executor that takes nothing more leaves nobody waiting. */
class SaturationTest {

  /** Runs each task on a thread of its own, or is full. */
  static final class Executors implements Executor {
    volatile boolean full;

    @Override
    public void execute(Runnable task) {
      if (full) {
        throw new RejectedExecutionException("full");
      }
      CompletableFuture<?> unused =
          Callers.supplyAsync(
              () -> {
                task.run();
                return "";
              });
    }
  }

  final Executors executor = new Executors();
  RedisServer server;
  Nodes nodes;

  @BeforeEach
  void start() {
    server = RedisServer.start();
    nodes = Nodes.of(1, server);
  }

  @AfterEach
  void stop() {
    nodes.close();
    server.close();
  }

  @Test
  void aRefreshThatIsDroppedIsStartedByALaterGet() {
    FakeTicker ticker = new FakeTicker();
    try (TieredCache<String, String> cache =
        TieredCache.<String, String>builder("local", Codec.string())
            .ticker(ticker)
            .jitter(0)
            .freshFor(Duration.ofMinutes(1))
            .staleWhileRevalidate(Duration.ofHours(1))
            .executor(executor)
            .build()) {
      cache.get("k", k -> "old");
      ticker.advance(Duration.ofMinutes(2));
      executor.full = true;
      assertThat(cache.get("k", k -> "new")).isEqualTo("old");
      assertThat(cache.get("k", k -> "new")).isEqualTo("old");
      executor.full = false;
      Await.until("it is new", Nodes.PATIENCE, () -> "new".equals(cache.get("k", k -> "new")));
    }
  }

  @Test
  void aGetThatIsRefusedEndsAndBlocksNoOther() {
    TieredCache<String, String> cache = nodes.add(builder -> builder.executor(executor));
    executor.full = true;
    assertThat(cache.getAsync("k", k -> CompletableFuture.completedFuture("v")))
        .failsWithin(Nodes.PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(RejectedExecutionException.class);
    assertThat(cache.get("k", k -> "own")).isEqualTo("own");
  }

  @Test
  void aLoadWhoseEndIsRefusedFreesItsLease() {
    TieredCache<String, String> cache = nodes.add(builder -> builder.executor(executor));
    CompletableFuture<String> vendor = new CompletableFuture<>();
    CompletableFuture<Entry<String>> get = cache.getAsync("k", k -> vendor);
    Await.until("the load began", Nodes.PATIENCE, () -> cache.stats().misses() == 1);
    executor.full = true;
    vendor.complete("v");
    assertThat(get).failsWithin(Nodes.PATIENCE);
    int bucket = KeyName.of("users", "k").bucket(Remote.BUCKETS);
    String lease = nodes.app + ":c1:{" + bucket + "}:users:L:k";
    Await.until("it is free", Nodes.PATIENCE, () -> server.command("EXISTS", lease).equals(0L));
    assertThat(nodes.get(0).get("k", k -> "own")).isEqualTo("own");
  }

  @Test
  void itsOwnExecutorHasEightThreads() {
    CountDownLatch end = new CountDownLatch(1);
    AtomicInteger loading = new AtomicInteger();
    try (TieredCache<String, String> cache =
        TieredCache.<String, String>builder("narrow", Codec.string()).build()) {
      List<CompletableFuture<Entry<String>>> gets = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        gets.add(
            cache.getAsync(
                "k" + i,
                k -> {
                  loading.incrementAndGet();
                  end.await();
                  return CompletableFuture.completedFuture("v");
                }));
      }
      Await.until("it is busy", Nodes.PATIENCE, () -> loading.get() == 8);
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().equals("galion-cache-narrow-worker"))
          .hasSize(8);
      end.countDown();
      assertThat(gets).allSatisfy(get -> assertThat(get).succeedsWithin(Nodes.PATIENCE));
    }
  }
}
