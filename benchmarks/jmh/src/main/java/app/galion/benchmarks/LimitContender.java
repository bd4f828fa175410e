package app.galion.benchmarks;

import app.galion.benchmarks.LimitHotKey.Limiter;
import app.galion.ratelimit.Decision;
import app.galion.ratelimit.LimitKey;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;

/** Who answers {@link LimitHotKey}. */
public enum LimitContender implements Contender {
  /** No limiter: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    Limiter open() {
      return () -> true;
    }
  },
  /** Not a limiter: the least that asking Redis once per decision costs. */
  RAW_INCR("raw Lettuce INCR") {
    @Override
    Limiter open() {
      RedisClient client = BenchRedis.lettuce();
      RedisCommands<String, String> redis = client.connect().sync();
      return closing(() -> redis.incr("bench:incr") > 0, client::shutdown);
    }
  },
  /** galion's token bucket in Redis; concurrent decisions share a round trip. */
  GALION("galion") {
    @Override
    Limiter open() {
      RedisLink redis = RedisLink.builder("bench", BenchRedis.uri()).build();
      RateLimiter limiter = RateLimiter.builder("bench").redis(redis).build();
      LimitKey key = RatePolicy.tokenBucket("hot", LIMIT, WINDOW).by("everybody");
      Limiter decides =
          () -> {
            Decision decision = limiter.check(key);
            if (decision.source() != Decision.Source.REDIS) {
              RedisProfiler.countFallback();
            }
            return decision.allowed();
          };
      awaitRedis(limiter, key);
      return closing(
          decides,
          () -> {
            limiter.close();
            redis.close();
          });
    }
  },
  /** galion's token bucket in this process. */
  GALION_LOCAL("galion, in process") {
    @Override
    Limiter open() {
      RateLimiter limiter = RateLimiter.builder("bench").build();
      LimitKey key = RatePolicy.tokenBucket("hot", LIMIT, WINDOW).by("everybody");
      return closing(() -> limiter.check(key).allowed(), limiter::close);
    }
  },
  /** galion answering from memory that the key is refused. */
  GALION_DENIED("galion, deny hit") {
    @Override
    Limiter open() {
      RedisLink redis = RedisLink.builder("bench", BenchRedis.uri()).build();
      RateLimiter limiter = RateLimiter.builder("bench").redis(redis).build();
      awaitRedis(limiter, RatePolicy.tokenBucket("hot", LIMIT, WINDOW).by("everybody"));
      LimitKey key = RatePolicy.tokenBucket("spent", 1, Duration.ofHours(9)).by("everybody");
      limiter.check(key);
      limiter.check(key);
      return closing(
          () -> limiter.check(key).allowed(),
          () -> {
            limiter.close();
            redis.close();
          });
    }

    @Override
    boolean allows() {
      return false;
    }
  },
  /** Bucket4j in this process. */
  BUCKET4J_LOCAL("Bucket4j, in process") {
    @Override
    Limiter open() {
      Bucket bucket =
          Bucket.builder()
              .addLimit(limit -> limit.capacity(LIMIT).refillGreedy(LIMIT, WINDOW))
              .build();
      return () -> bucket.tryConsume(1);
    }
  },
  /** Bucket4j's compare-and-swap on a Lettuce connection. */
  BUCKET4J("Bucket4j-Lettuce") {
    @Override
    Limiter open() {
      return bucket4j(null);
    }
  },
  /** The same with Bucket4j's batching of concurrent requests. */
  BUCKET4J_BATCHING("Bucket4j-Lettuce, batching") {
    @Override
    Limiter open() {
      return bucket4j(Optimizations.batching());
    }
  },
  /** Redisson's limiter. */
  REDISSON("Redisson RRateLimiter") {
    @Override
    Limiter open() {
      RedissonClient client = BenchRedis.redisson();
      RRateLimiter limiter = client.getRateLimiter("bench:limit");
      limiter.trySetRate(RateType.OVERALL, LIMIT, WINDOW);
      return closing(limiter::tryAcquire, client::shutdown);
    }
  };

  static final long LIMIT = 1_000_000_000;
  static final Duration WINDOW = Duration.ofMinutes(1);

  private final String label;

  LimitContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public boolean inProcess() {
    return this == NOTHING
        || this == GALION_LOCAL
        || this == GALION_DENIED
        || this == BUCKET4J_LOCAL;
  }

  /** What every decision of this contender says. */
  boolean allows() {
    return true;
  }

  abstract Limiter open();

  private static Limiter bucket4j(@org.jspecify.annotations.Nullable Optimization optimization) {
    RedisClient client = BenchRedis.lettuce();
    var builder = Bucket4jLettuce.casBasedBuilder(client).build().builder();
    if (optimization != null) {
      builder = builder.withOptimization(optimization);
    }
    BucketConfiguration configuration =
        BucketConfiguration.builder()
            .addLimit(limit -> limit.capacity(LIMIT).refillGreedy(LIMIT, WINDOW))
            .build();
    BucketProxy bucket =
        builder.build("bench:bucket".getBytes(StandardCharsets.UTF_8), () -> configuration);
    return closing(() -> bucket.tryConsume(1), client::shutdown);
  }

  private static void awaitRedis(RateLimiter limiter, LimitKey key) {
    Await.until(
        "a decision by Redis",
        Duration.ofSeconds(10),
        () -> limiter.check(key).source() == Decision.Source.REDIS);
  }

  private static Limiter closing(Limiter limiter, Runnable close) {
    return new Limiter() {
      @Override
      public boolean decide() {
        return limiter.decide();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }
}
