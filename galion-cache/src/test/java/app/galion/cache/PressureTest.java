package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Health.Status;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many callers on three nodes while Redis is slow, resets its connections or is unreachable. */
class PressureTest {
  private static final int CALLERS = 24;
  /* what a client's two pools may still have to start: connections made anew take the next thread */
  private static final int POOLS = 2 * Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final Duration USUAL = Duration.ofSeconds(1);
  private static final Duration ANY = Duration.ofSeconds(8); // far from a client's own minute

  static RedisServer server;

  enum Trouble {
    SLOW_BY_TWO_SECONDS(network -> network.delay(Duration.ofSeconds(2))),
    RESETS(FaultProxy::reset),
    UNREACHABLE(
        network -> {
          network.refuse();
          network.reset();
        }),
    SILENT(FaultProxy::dropSilently);

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final Consumer<FaultProxy> begin;

    Trouble(Consumer<FaultProxy> begin) {
      this.begin = begin;
    }
  }

  @BeforeAll
  static void start() {
    server = RedisServer.startOwn();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(Trouble.class)
  void everyCallIsAnsweredInTimeAndNoThreadIsAdded(Trouble trouble) {
    ConcurrentLinkedQueue<Long> took = new ConcurrentLinkedQueue<>();
    AtomicInteger keys = new AtomicInteger();
    Ticker ticker = Ticker.system();
    try (Nodes nodes = Nodes.behindProxies(server)) {
      long most = 0;
      try (Load load = new Load()) {
        for (int i = 0; i < CALLERS; i++) {
          TieredCache<String, String> cache = nodes.get(i % 3);
          load.run(
              () -> {
                long start = ticker.read();
                String key = "k" + keys.incrementAndGet();
                assertThat(cache.get(key, k -> "loaded")).isEqualTo("loaded");
                took.add(ticker.read() - start);
              });
        }
        Load.passes(Duration.ofMillis(300));
        int threads = threads();
        took.clear();
        for (int i = 0; i < 3; i++) {
          nodes.proxies.forEach(trouble.begin);
          Load.passes(Duration.ofMillis(200));
          most = Math.max(most, threads());
        }
        assertThat(most).isLessThanOrEqualTo(threads + nodes.caches.size() * POOLS);
      }
      List<Long> sorted = took.stream().sorted().toList();
      Duration usual = Duration.ofNanos(sorted.get(sorted.size() / 2));
      Duration longest = Duration.ofNanos(sorted.get(sorted.size() - 1));
      System.out.printf(
          "pressure, %s: %d calls, median %d us, p99 %d us, longest %d ms; deadline 250 ms%n",
          trouble,
          sorted.size(),
          usual.toNanos() / 1000,
          sorted.get(sorted.size() * 99 / 100) / 1000,
          longest.toMillis());
      assertThat(usual).isLessThan(USUAL);
      assertThat(longest).isLessThan(ANY);
      nodes.proxies.forEach(FaultProxy::heal);
      nodes.proxies.forEach(FaultProxy::reset);
      nodes.caches.forEach(
          cache ->
              Await.until(
                  cache + " is well", Nodes.PATIENCE, () -> cache.health().status() == Status.UP));
    }
  }

  /** Of the library; a caller has its own. */
  private static int threads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> name.startsWith("galion-") || name.startsWith("lettuce-"))
            .filter(name -> !name.startsWith("galion-testkit-"))
            .count();
  }
}
