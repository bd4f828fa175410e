package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.Subscription;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random reads and writes of three nodes, one of which is deaf, while Redis is paused and flushed.
 * A row of the database counts up; a get that starts more than the bound after a write returned
 * "applied" must not answer with less.
 */
class RandomFaultsTest {
  static final int KEYS = 20;
  static final int THREADS = 6;
  static final Duration RUN = Duration.ofSeconds(12);
  static final Duration SOAK = Duration.ofSeconds(Long.getLong("galion.soak.seconds", 60));
  static final long BOUND = Duration.ofMillis(3200).toNanos();

  final ConcurrentHashMap<String, AtomicLong> rows = new ConcurrentHashMap<>();
  final ConcurrentHashMap<String, ConcurrentLinkedQueue<Written>> applied =
      new ConcurrentHashMap<>();
  final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
  final AtomicLong reads = new AtomicLong();
  final Ticker ticker = Ticker.system();

  record Written(long value, long at) {}

  @Test
  void neverServesAValueThatWasOverwrittenLongerAgoThanTheBound() {
    breakAtRandom(RUN);
  }

  @Test
  @Tag("slow")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void servesNothingTooOldAndKeepsNoThreadOverALongTime() {
    Set<String> before = threads();
    breakAtRandom(SOAK);
    Await.until("no thread is left", Nodes.PATIENCE, () -> before.containsAll(threads()));
  }

  /** Of the caches; a link's are shared by all of this JVM's. */
  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("galion-cache-"))
        .collect(Collectors.toSet());
  }

  private void breakAtRandom(Duration run) {
    long seed = Long.getLong("galion.seed", UUID.randomUUID().getMostSignificantBits());
    try (RedisServer server = RedisServer.startOwn();
        Nodes nodes = Nodes.ofDefaults(3, server)) {
      nodes.get(2).subscriptions.forEach(Subscription::close);
      ExecutorService pool = Executors.newFixedThreadPool(THREADS);
      try {
        long end = ticker.read() + run.toNanos();
        List<CompletableFuture<Void>> workers =
            IntStream.range(0, THREADS)
                .mapToObj(
                    i ->
                        CompletableFuture.runAsync(
                            () -> work(nodes.get(i % 3), new Random(seed + i), end), pool))
                .toList();
        Random random = new Random(seed - 1);
        while (ticker.read() - end < 0) {
          breakSomething(server, random);
        }
        workers.forEach(CompletableFuture::join);
      } finally {
        pool.shutdownNow();
      }
      assertThat(violations).as("seed %s", seed).isEmpty();
      assertThat(reads.get()).isGreaterThan(10_000);
      nodes.caches.forEach(
          cache ->
              Await.until(
                  cache + " has repeated all its writes",
                  Nodes.PATIENCE,
                  () -> "0".equals(cache.health().details().get("queued"))));
      assertThat(nodes.caches)
          .allSatisfy(
              cache ->
                  assertThat(cache.core().buckets)
                      .allSatisfy(bucket -> assertThat(bucket.openTickets()).isZero()));
    }
  }

  private void breakSomething(RedisServer server, Random random) {
    long pause = 300 + random.nextInt(900);
    switch (random.nextInt(6)) {
      case 0 -> {
        server.pause();
        idle(pause);
        server.resume();
      }
      case 1 -> {
        server.command("FLUSHALL");
        idle(pause);
      }
      case 2 -> {
        server.command("CLIENT", "KILL", "TYPE", "pubsub");
        idle(pause);
      }
      case 3 -> {
        server.command("CLIENT", "KILL", "TYPE", "normal");
        idle(pause);
      }
      case 4 -> {
        server.command("SCRIPT", "FLUSH");
        idle(pause);
      }
      default -> idle(pause);
    }
  }

  private void idle(long millis) {
    long until = ticker.read() + Duration.ofMillis(millis).toNanos();
    Await.until("the time is over", Nodes.PATIENCE, () -> ticker.read() - until >= 0);
  }

  private void work(TieredCache<String, String> cache, Random random, long end) {
    while (ticker.read() - end < 0) {
      String key = "k" + random.nextInt(KEYS);
      int what = random.nextInt(1000);
      if (what < 5) {
        write(key, () -> cache.invalidate(key));
      } else if (what == 5) {
        write(key, cache::clear);
      } else {
        read(cache, key);
      }
    }
  }

  private void write(String key, Supplier<WriteResult> write) {
    long value = row(key).incrementAndGet();
    if (write.get() == WriteResult.APPLIED) {
      applied
          .computeIfAbsent(key, k -> new ConcurrentLinkedQueue<>())
          .add(new Written(value, ticker.read()));
    }
  }

  private void read(TieredCache<String, String> cache, String key) {
    long startedAt = ticker.read();
    long value =
        Long.parseLong(requireNonNull(cache.get(key, k -> Long.toString(row(k).get())), "the row"));
    reads.incrementAndGet();
    long least =
        applied.getOrDefault(key, new ConcurrentLinkedQueue<>()).stream()
            .filter(written -> startedAt - written.at > BOUND)
            .mapToLong(Written::value)
            .max()
            .orElse(0);
    if (value < least) {
      violations.add(
          cache + " " + key + ": " + value + " after " + least + "\n" + cache.explain(key));
    }
  }

  private AtomicLong row(String key) {
    return rows.computeIfAbsent(key, k -> new AtomicLong());
  }
}
