package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TieredCacheMetricsTest {
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  double count(String name, String... tags) {
    return registry.get(name).tags("cache", "users").tags(tags).functionCounter().count();
  }

  /** A registry such as Prometheus' refuses a name with two sets of tags. */
  @Test
  void haveTheTagsOfMicrometersOwnCachesWhereTheyHaveTheirNames() {
    Cache<String, String> caffeine = Caffeine.newBuilder().recordStats().build();
    CaffeineCacheMetrics.monitor(registry, caffeine, "other");
    Set<String> theirs = names();
    try (TieredCache<String, String> cache =
        TieredCache.<String, String>builder("users", Codec.string()).build()) {
      TieredCacheMetrics.of(cache).bindTo(registry);
      assertThat(theirs).contains("cache.gets", "cache.puts", "cache.evictions", "cache.size");
      Map<String, Set<Set<String>>> tagsByName =
          registry.getMeters().stream()
              .map(Meter::getId)
              .collect(
                  Collectors.groupingBy(
                      Meter.Id::getName,
                      Collectors.mapping(
                          id ->
                              id.getTags().stream()
                                  .map(Tag::getKey)
                                  .collect(Collectors.toCollection(TreeSet::new)),
                          Collectors.toSet())));
      assertThat(tagsByName.values()).allSatisfy(tags -> assertThat(tags).hasSize(1));
      assertThat(names())
          .filteredOn(name -> !theirs.contains(name))
          .allMatch(name -> name.startsWith("galion.cache."));
    }
  }

  @Test
  void tellWhatHitsSaved() {
    FakeTicker ticker = new FakeTicker();
    try (TieredCache<String, String> cache =
        TieredCache.<String, String>builder("users", Codec.string()).ticker(ticker).build()) {
      TieredCacheMetrics.of(cache).bindTo(registry);
      assertThat(count("galion.cache.load.saved.seconds")).isZero();
      load(cache, ticker, "a", 2);
      assertThat(count("galion.cache.load.saved.seconds")).isZero();
      cache.get("a", k -> "none");
      cache.get("a", k -> "none");
      assertThat(count("galion.cache.load.saved.seconds")).isEqualTo(4);
      load(cache, ticker, "b", 0);
      assertThat(count("galion.cache.load.saved.seconds")).as("never goes down").isEqualTo(4);
      cache.get("b", k -> "none");
      assertThat(count("galion.cache.load.saved.seconds")).isEqualTo(5);
      assertThat(count("galion.cache.load.seconds")).isEqualTo(2);
    }
  }

  @Test
  void tellLevelsAndTheLagOfTheBus(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(2, server, b -> b.maximumBytes(10_000))) {
      TieredCache<String, String> writer = nodes.get(0);
      TieredCache<String, String> reader = nodes.get(1);
      TieredCacheMetrics.of(reader).bindTo(registry);
      SimpleMeterRegistry writers = new SimpleMeterRegistry();
      TieredCacheMetrics.of(writer).bindTo(writers);
      writer.put("k", "v");
      reader.get("k", k -> "none");
      reader.get("k", k -> "none");
      reader.get("other", k -> "loaded");

      assertThat(count("galion.cache.hits", "level", "l1")).isEqualTo(1);
      assertThat(count("galion.cache.hits", "level", "l2")).isEqualTo(1);
      assertThat(count("cache.gets", "result", "hit")).isEqualTo(2);
      assertThat(count("cache.gets", "result", "miss")).isEqualTo(1);
      assertThat(registry.get("galion.cache.bytes").gauge().value()).isPositive();
      assertThat(registry.get("galion.cache.verified.age").timeGauge().value(TimeUnit.SECONDS))
          .isBetween(0.0, Nodes.PATIENCE.toSeconds() + 0.0);
      Await.until(
          "the put's message is back",
          Nodes.PATIENCE,
          () -> writers.get("galion.cache.bus.lag").functionTimer().count() == 1);
      assertThat(writers.get("galion.cache.bus.lag").functionTimer().totalTime(TimeUnit.SECONDS))
          .isBetween(0.0, Nodes.PATIENCE.toSeconds() + 0.0);
      assertThat(registry.get("galion.cache.bus.lag").functionTimer().count())
          .as("of its own writes only")
          .isZero();
    }
  }

  private static void load(
      TieredCache<String, String> cache, FakeTicker ticker, String key, long seconds) {
    cache.get(
        key,
        k -> {
          ticker.advance(Duration.ofSeconds(seconds));
          return "v";
        });
  }

  private Set<String> names() {
    List<Meter> meters = registry.getMeters();
    return meters.stream()
        .map(meter -> meter.getId().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
