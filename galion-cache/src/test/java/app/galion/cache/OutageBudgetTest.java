package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code serveUnverified}: what a node serves in an outage although it cannot prove it. */
class OutageBudgetTest {
  RedisServer server;
  Nodes nodes;
  final AtomicInteger loads = new AtomicInteger();

  @BeforeEach
  void start() {
    server = RedisServer.startOwn();
  }

  @AfterEach
  void stop() {
    nodes.close();
    server.close();
  }

  TieredCache<String, String> cache(Duration budget) {
    nodes =
        Nodes.of(
            1,
            server,
            builder ->
                builder
                    .redisTimeout(Duration.ofMillis(250))
                    .silenceLimit(Duration.ofMillis(1500))
                    .serveUnverified(budget));
    return nodes.get(0);
  }

  @Test
  void servesWhatIsThereAndSaysThatItIsStale() {
    TieredCache<String, String> cache = cache(Duration.ofMinutes(5));
    cache.put("k", "v");
    server.kill();
    Await.until(
        "the proof is too old", Nodes.PATIENCE, () -> cache.getEntry("k", this::load).stale());
    assertThat(cache.getEntry("k", this::load).value()).isEqualTo("v");
    assertThat(cache.peek("k")).hasValueSatisfying(entry -> assertThat(entry.stale()).isTrue());
    assertThat(loads).hasValue(0);
    assertThat(cache.getEntry("other", this::load).tier()).isEqualTo(Tier.LOADED);
  }

  @Test
  void servesNothingThatWasWrittenHereMeanwhile() {
    TieredCache<String, String> cache = cache(Duration.ofMinutes(5));
    cache.put("k", "v");
    server.kill();
    assertThat(cache.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    assertThat(cache.get("k", this::load)).isEqualTo("loaded1");
  }

  @Test
  void endsWhenItsTimeIsUp() {
    TieredCache<String, String> cache = cache(Duration.ofMillis(1));
    cache.put("k", "v");
    server.kill();
    Await.until("it is loaded", Nodes.PATIENCE, () -> !"v".equals(cache.get("k", this::load)));
  }

  @Test
  void doesNotBindACallThatAsksForMore() {
    TieredCache<String, String> cache = cache(Duration.ofMinutes(5));
    cache.put("k", "v");
    server.kill();
    Await.until("Redis is away", Nodes.PATIENCE, () -> cache.core().away());
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    assertThat(cache.getEntry("k", strict, this::load).tier()).isEqualTo(Tier.LOADED);
  }

  @Test
  void isOffByDefault() {
    TieredCache<String, String> cache = cache(Duration.ZERO);
    cache.put("k", "v");
    server.kill();
    Await.until("it is loaded", Nodes.PATIENCE, () -> !"v".equals(cache.get("k", this::load)));
    assertThat(cache.stats().staleServed()).isZero();
  }

  @Test
  void hasNoMeaningWithoutRedis() {
    nodes = new Nodes(server);
    assertThatThrownBy(
            () ->
                TieredCache.builder("local", Codec.string())
                    .serveUnverified(Duration.ofSeconds(1))
                    .build())
        .hasMessageContaining("serveUnverified PT1S has no meaning without redis");
  }

  private String load(String key) {
    return "loaded" + loads.incrementAndGet();
  }
}
