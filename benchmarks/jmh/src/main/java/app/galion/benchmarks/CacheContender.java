package app.galion.benchmarks;

import app.galion.benchmarks.LocalHit.LocalCache;
import app.galion.cache.Codec;
import app.galion.cache.Loader;
import app.galion.cache.TieredCache;
import app.galion.redis.RedisLink;
import app.galion.spi.Health;
import app.galion.testkit.Await;
import com.alicp.jetcache.embedded.CaffeineCacheBuilder;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;
import org.springframework.cache.caffeine.CaffeineCacheManager;

/** Who answers {@link LocalHit}. */
public enum CacheContender implements Contender {
  /** No cache: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    LocalCache open() {
      return key -> VALUE;
    }
  },
  /** galion in process only: its first tier is all there is. */
  GALION("galion") {
    @Override
    LocalCache open() {
      TieredCache<String, String> cache =
          TieredCache.<String, String>builder("hit", Codec.string())
              .maximumSize(SIZE)
              .freshFor(TTL)
              .build();
      Loader<String, String> load = CacheContender::load;
      return closing(key -> cache.get(key, load), cache::close);
    }
  },
  /** galion with Redis behind its first tier. */
  GALION_TIERED("galion on Redis") {
    @Override
    LocalCache open() {
      RedisLink redis = RedisLink.builder("bench", BenchRedis.uri()).build();
      Await.until(
          "Redis", Duration.ofSeconds(10), () -> redis.health().status() == Health.Status.UP);
      TieredCache<String, String> cache =
          TieredCache.<String, String>builder("hit", Codec.string())
              .redis(redis)
              .maximumSize(SIZE)
              .freshFor(TTL)
              .build();
      Loader<String, String> load = CacheContender::load;
      return closing(
          key -> cache.get(key, load),
          () -> {
            cache.close();
            redis.close();
          });
    }
  },
  /** Bounded only. */
  CAFFEINE("Caffeine, bounded") {
    @Override
    LocalCache open() {
      Cache<String, String> cache = Caffeine.newBuilder().maximumSize(SIZE).build();
      return key -> cache.get(key, CacheContender::load);
    }
  },
  /** What a service that looks at its cache runs. */
  CAFFEINE_RECORDED("Caffeine, expireAfterWrite + recordStats") {
    @Override
    LocalCache open() {
      Cache<String, String> cache = expiring().recordStats().build();
      return key -> cache.get(key, CacheContender::load);
    }
  },
  /** JetCache over Caffeine, local only. */
  JETCACHE("JetCache") {
    @Override
    LocalCache open() {
      com.alicp.jetcache.Cache<String, String> cache =
          CaffeineCacheBuilder.createCaffeineCacheBuilder()
              .limit(SIZE)
              .expireAfterWrite(TTL.toMinutes(), TimeUnit.MINUTES)
              .buildCache();
      return key -> cache.computeIfAbsent(key, CacheContender::load);
    }
  },
  /** Redisson's near cache, keys kept as objects, which its own store alone can. */
  REDISSON("Redisson local cached map") {
    @Override
    LocalCache open() {
      RedissonClient client = BenchRedis.redisson();
      RLocalCachedMap<String, String> map =
          client.getLocalCachedMap(
              LocalCachedMapOptions.<String, String>name("bench:hit")
                  .codec(org.redisson.client.codec.StringCodec.INSTANCE)
                  .evictionPolicy(LocalCachedMapOptions.EvictionPolicy.LRU)
                  .useObjectAsCacheKey(true)
                  .cacheSize(SIZE)
                  .timeToLive(TTL));
      return new LocalCache() {
        @Override
        public Object get(String key) {
          String hit = map.get(key);
          if (hit != null) {
            return hit;
          }
          map.fastPut(key, VALUE);
          return VALUE;
        }

        @Override
        public void close() {
          client.shutdown();
        }
      };
    }
  },
  /** Spring's cache abstraction over Caffeine, called without the proxy. */
  SPRING("Spring Cache on Caffeine") {
    @Override
    LocalCache open() {
      CaffeineCacheManager manager = new CaffeineCacheManager("hit");
      manager.setCaffeine(expiring().recordStats());
      org.springframework.cache.Cache cache = Objects.requireNonNull(manager.getCache("hit"));
      Callable<String> load = () -> VALUE;
      return key -> cache.get(key, load);
    }
  };

  private static final int SIZE = 10_000;
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final String VALUE = "v".repeat(100);

  private final String label;

  CacheContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  abstract LocalCache open();

  private static LocalCache closing(LocalCache cache, Runnable close) {
    return new LocalCache() {
      @Override
      public @Nullable Object get(String key) {
        return cache.get(key);
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  private static String load(String key) {
    return VALUE;
  }

  private static Caffeine<Object, Object> expiring() {
    return Caffeine.newBuilder().maximumSize(SIZE).expireAfterWrite(TTL);
  }
}
