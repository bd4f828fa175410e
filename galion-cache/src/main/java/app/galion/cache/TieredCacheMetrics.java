package app.galion.cache;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
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
  private final SavedTime saved;

  private TieredCacheMetrics(CacheCore<?, ?> core) {
    this.core = core;
    saved = new SavedTime(core.counters);
  }

  /**
   * Returns the binder of one cache. The meters' names and tags are those of Micrometer's own
   * caches where they mean the same, so that both can be in one registry; the others begin with
   * {@code galion.cache}. The tag {@code cache} is the name.
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
    FunctionCounter.builder("cache.gets", c, Counters::hits)
        .tags(tags.and("result", "hit"))
        .description("gets answered from this process or Redis")
        .register(registry);
    count(registry, "cache.gets", tags.and("result", "miss"), c.misses);
    count(registry, "cache.puts", tags, c.puts);
    count(registry, "cache.evictions", tags, c.evictions);
    Gauge.builder("cache.size", core, each -> each.local.size()).tags(tags).register(registry);
    count(registry, "galion.cache.hits", tags.and("level", "l1"), c.l1Hits);
    count(registry, "galion.cache.hits", tags.and("level", "l2"), c.l2Hits);
    count(registry, "galion.cache.joins", tags, c.joins);
    count(registry, "galion.cache.loads", tags.and("result", "success"), c.loads);
    count(registry, "galion.cache.loads", tags.and("result", "failure"), c.loadFailures);
    FunctionCounter.builder("galion.cache.load.seconds", c.loadNanos, n -> n.sum() / 1e9)
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("galion.cache.load.saved.seconds", saved, SavedTime::seconds)
        .tags(tags)
        .description("hits, each as long as a load took on average")
        .register(registry);
    count(registry, "galion.cache.stale.served", tags, c.staleServed);
    count(registry, "galion.cache.refreshes", tags, c.refreshes);
    count(registry, "galion.cache.invalidations", tags, c.invalidations);
    if (core.bound.bytes()) {
      Gauge.builder("galion.cache.bytes", core, each -> each.local.bytes())
          .tags(tags)
          .description("what the entries of this process weigh")
          .register(registry);
    }
    if (core.remote != null) {
      bindRemote(registry, tags, c);
    }
  }

  private void bindRemote(MeterRegistry registry, Tags tags, Counters c) {
    count(registry, "galion.cache.waits", tags, c.waits);
    count(registry, "galion.cache.writes.queued", tags, c.queued);
    count(registry, "galion.cache.bus.received", tags, c.received);
    count(registry, "galion.cache.misfits", tags, c.misfits);
    count(registry, "galion.cache.oversized", tags, c.oversized);
    count(registry, "galion.cache.fills.refused", tags, c.fillsRefused);
    count(registry, "galion.cache.redis.failures", tags, c.redisFailures);
    count(registry, "galion.cache.replays", tags, c.replays);
    count(registry, "galion.cache.resyncs", tags, c.resyncs);
    count(registry, "galion.cache.suspensions", tags, c.suspensions);
    FunctionTimer.builder(
            "galion.cache.bus.lag",
            c,
            each -> each.echoes.sum(),
            each -> each.echoNanos.sum(),
            TimeUnit.NANOSECONDS)
        .tags(tags)
        .description("from sending a write to hearing of it on the bus")
        .register(registry);
    TimeGauge.builder(
            "galion.cache.verified.age", core, TimeUnit.NANOSECONDS, Explanations::verifiedAge)
        .tags(tags)
        .description("age of the oldest proof that no write was missed")
        .register(registry);
    Gauge.builder(
            "galion.cache.outbox",
            core,
            each -> each.buckets.stream().mapToInt(Bucket::queuedSize).sum())
        .tags(tags)
        .register(registry);
  }

  private static void count(MeterRegistry registry, String name, Tags tags, LongAdder counter) {
    FunctionCounter.builder(name, counter, LongAdder::sum).tags(tags).register(registry);
  }

  /*
   * Hits since the last look, each worth what a load took on average until then: costs a hit
   * nothing, and never goes down though the average does.
   */
  private static final class SavedTime {
    private final Counters counters;
    private double hits;
    private double seconds;

    SavedTime(Counters counters) {
      this.counters = counters;
    }

    synchronized double seconds() {
      double now = counters.hits();
      long loads = counters.loads.sum() + counters.loadFailures.sum();
      if (loads > 0) {
        seconds += (now - hits) * counters.loadNanos.sum() / loads / 1e9;
        hits = now;
      }
      return seconds;
    }
  }
}
