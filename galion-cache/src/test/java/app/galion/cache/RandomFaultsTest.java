package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.Subscription;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.ProxySide;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random reads and writes of three nodes, one of which is deaf, while Redis is paused and flushed
 * and their networks fail. A get that starts more than the bound after a write returned "applied"
 * must not answer with less.
 */
class RandomFaultsTest {
  static final int KEYS = 20;
  static final int THREADS = 6;
  static final Duration RUN = Duration.ofSeconds(12);
  static final Duration SOAK = Duration.ofSeconds(Long.getLong("galion.soak.seconds", 60));
  static final long WRITES_WITHIN = Duration.ofSeconds(1).toNanos();
  static final Duration BOUND = Duration.ofMillis(3200);

  final Witness witness = new Witness(BOUND);
  final Ticker ticker = Ticker.system();

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
        Nodes nodes = Nodes.behindProxies(server)) {
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
          breakSomething(server, nodes.network(random.nextInt(3)), random);
        }
        nodes.proxies.forEach(FaultProxy::heal);
        workers.forEach(CompletableFuture::join);
      } finally {
        pool.shutdownNow();
      }
      System.out.printf(
          "random faults, seed %d: %d reads, oldest %d ms, bound %d ms%n",
          seed, witness.reads(), witness.oldest().toMillis(), BOUND.toMillis());
      witness.assertNothingTooOld();
      assertThat(witness.reads()).isGreaterThan(10_000);
      nodes.caches.forEach(cache -> Nodes.awaitRepeated(cache, Nodes.PATIENCE));
      assertThat(nodes.caches)
          .allSatisfy(
              cache ->
                  assertThat(cache.core().buckets)
                      .allSatisfy(bucket -> assertThat(bucket.openTickets()).isZero()));
    }
  }

  private void breakSomething(RedisServer server, FaultProxy network, Random random) {
    long pause = 300 + random.nextInt(900);
    switch (random.nextInt(10)) {
      case 0 -> {
        server.pause();
        idle(pause);
        server.resume();
      }
      case 1 -> server.command("FLUSHALL");
      case 2 -> server.command("CLIENT", "KILL", "TYPE", "pubsub");
      case 3 -> server.command("CLIENT", "KILL", "TYPE", "normal");
      case 4 -> server.command("SCRIPT", "FLUSH");
      default -> breakNetwork(network, random);
    }
    idle(pause);
    if (random.nextBoolean()) {
      network.heal();
    }
  }

  private void breakNetwork(FaultProxy network, Random random) {
    ProxySide side = random.nextBoolean() ? network.subscribers() : network.commands();
    switch (random.nextInt(5)) {
      case 0 -> {
        side.refuse();
        side.reset();
      }
      case 1 -> side.dropSilently();
      case 2 -> side.cut(FaultProxy.Direction.TO_CLIENT);
      case 3 -> side.delay(Duration.ofMillis(random.nextInt(400)));
      default -> {
        network.dropSilently();
        idle(2000); // with what follows, up to the bound
      }
    }
  }

  private void idle(long millis) {
    long until = ticker.read() + Duration.ofMillis(millis).toNanos();
    Await.until("the time is over", Nodes.PATIENCE, () -> ticker.read() - until >= 0);
  }

  /** Reads all the time and writes seldom: a node that writes a key no longer shows an old one. */
  private void work(TieredCache<String, String> cache, Random random, long end) {
    long nextWrite = ticker.read();
    for (long now = nextWrite; now - end < 0; now = ticker.read()) {
      String key = "k" + random.nextInt(KEYS);
      if (now - nextWrite < 0) {
        witness.read(cache, key);
      } else if (random.nextInt(50) == 0) {
        witness.clear(cache, key);
        nextWrite = now + random.nextLong(WRITES_WITHIN);
      } else {
        witness.invalidate(cache, key);
        nextWrite = now + random.nextLong(WRITES_WITHIN);
      }
    }
  }
}
