package app.galion.benchmarks;

import app.galion.cache.CacheStats;
import app.galion.cache.Codec;
import app.galion.cache.Entry;
import app.galion.cache.Loader;
import app.galion.cache.ReadOptions;
import app.galion.cache.Tier;
import app.galion.cache.TieredCache;
import app.galion.cache.WriteResult;
import app.galion.redis.RedisLink;
import app.galion.spi.Health;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** galion's cache; what its first tier answers in spite of all is counted and bounded. */
final class GalionCache implements RemoteCache {
  static final long DEFAULT_SIZE = 10_000;

  private static final Loader<String, String> ABSENT = key -> null;
  private static final ReadOptions FROM_REDIS = ReadOptions.of().maxStaleness(Duration.ZERO);

  private final RedisLink redis = RedisLink.builder("bench", BenchRedis.uri()).build();
  private final TieredCache<String, String> cache;

  GalionCache(long maximumSize) {
    cache =
        TieredCache.<String, String>builder("remote", Codec.string())
            .redis(redis)
            .maximumSize(maximumSize)
            .build();
    Await.until("Redis", Duration.ofSeconds(10), () -> redis.health().status() == Health.Status.UP);
    put("first", "");
  }

  /* A cold JVM on a busy machine may be late with a write, which then is to be repeated. */
  @Override
  public void put(String key, String value) {
    if (cache.put(key, value) != WriteResult.APPLIED) {
      Await.until(
          "a write to Redis",
          Duration.ofSeconds(10),
          () ->
              cache.health().status() == Health.Status.UP
                  && cache.put(key, value) == WriteResult.APPLIED);
    }
  }

  @Override
  public @Nullable String get(String key) {
    Entry<String> entry = cache.getEntry(key, FROM_REDIS, ABSENT);
    if (entry.tier() != Tier.L2) {
      RedisProfiler.countFallback();
    }
    return entry.value();
  }

  @Override
  public Map<String, String> getAll(Set<String> keys) {
    return cache.getAll(keys, missing -> Map.of());
  }

  @Override
  public void close() {
    CacheStats stats = cache.stats();
    cache.close();
    redis.close();
    if (stats.l1Hits() * 50 > stats.l2Hits()) {
      throw new IllegalStateException("the first tier answered too often: " + stats);
    }
  }
}
