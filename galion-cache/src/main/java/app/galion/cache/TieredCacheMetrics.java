package app.galion.cache;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Shows a cache's counters to Micrometer. Needs {@code micrometer-core} on the class path. */
@SuppressWarnings("exports") // Micrometer is optional: not every reader of this module has it
public final class TieredCacheMetrics implements MeterBinder {

  private final CacheCore<?, ?> core;

  private TieredCacheMetrics(CacheCore<?, ?> core) {
    this.core = core;
  }

  /**
   * Returns the binder of one cache. The meters' names are those of Micrometer's own caches where
   * they mean the same, else begin with {@code galion.cache}; the tag {@code cache} is the name.
   *
   * @param cache the cache
   * @return a binder
   */
  public static TieredCacheMetrics of(TieredCache<?, ?> cache) {
    return new TieredCacheMetrics(requireNonNull(cache, "cache").core());
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Tags tags = Tags.of("cache", core.id.name());
    Counters c = core.counters;
    count(registry, "cache.gets", tags.and("result", "hit", "level", "l1"), c.l1Hits);
    count(registry, "cache.gets", tags.and("result", "hit", "level", "l2"), c.l2Hits);
    count(registry, "cache.gets", tags.and("result", "miss", "level", "none"), c.misses);
    count(registry, "cache.puts", tags, c.puts);
    count(registry, "cache.evictions", tags, c.evictions);
    count(registry, "galion.cache.joins", tags, c.joins);
    count(registry, "galion.cache.waits", tags, c.waits);
    count(registry, "galion.cache.loads", tags.and("result", "success"), c.loads);
    count(registry, "galion.cache.loads", tags.and("result", "failure"), c.loadFailures);
    count(registry, "galion.cache.stale.served", tags, c.staleServed);
    count(registry, "galion.cache.refreshes", tags, c.refreshes);
    count(registry, "galion.cache.invalidations", tags, c.invalidations);
    count(registry, "galion.cache.writes.queued", tags, c.queued);
    count(registry, "galion.cache.bus.received", tags, c.received);
    count(registry, "galion.cache.misfits", tags, c.misfits);
    count(registry, "galion.cache.oversized", tags, c.oversized);
    count(registry, "galion.cache.fills.refused", tags, c.fillsRefused);
    count(registry, "galion.cache.redis.failures", tags, c.redisFailures);
    count(registry, "galion.cache.replays", tags, c.replays);
    count(registry, "galion.cache.resyncs", tags, c.resyncs);
    count(registry, "galion.cache.suspensions", tags, c.suspensions);
    FunctionCounter.builder("galion.cache.load.seconds", c.loadNanos, n -> n.sum() / 1e9)
        .tags(tags)
        .register(registry);
    Gauge.builder("cache.size", core, each -> each.local.size()).tags(tags).register(registry);
    Gauge.builder(
            "galion.cache.outbox",
            core,
            each -> each.buckets.stream().mapToInt(Bucket::queuedSize).sum())
        .tags(tags)
        .register(registry);
    if (core.remote != null) {
      TimeGauge.builder(
              "galion.cache.verified.age", core, TimeUnit.NANOSECONDS, Explanations::verifiedAge)
          .tags(tags)
          .register(registry);
    }
  }

  private static void count(MeterRegistry registry, String name, Tags tags, LongAdder counter) {
    FunctionCounter.builder(name, counter, LongAdder::sum).tags(tags).register(registry);
  }
}
