package app.galion.benchmarks;

import app.galion.ratelimit.Decision;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;

/** Who answers {@link LimitManyKeys} and {@link LimitRejected}. */
public enum KeyedContender implements Contender {
  /** No limiter: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    KeyedLimiter open(long limit, Duration window) {
      return subject -> true;
    }
  },
  /** Not a limiter: the least that asking Redis once per decision costs. */
  RAW_INCR("raw Lettuce INCR") {
    @Override
    KeyedLimiter open(long limit, Duration window) {
      RedisClient client = BenchRedis.lettuce();
      RedisCommands<String, String> redis = client.connect().sync();
      return closing(subject -> redis.incr(subject) > 0, client::shutdown);
    }
  },
  /** galion's token bucket in Redis; concurrent decisions share a round trip. */
  GALION("galion") {
    @Override
    KeyedLimiter open(long limit, Duration window) {
      RedisLink redis = RedisLink.builder("bench", BenchRedis.uri()).build();
      RateLimiter limiter = RateLimiter.builder("bench").redis(redis).build();
      RatePolicy policy = RatePolicy.tokenBucket("keyed", limit, window);
      Await.until(
          "a decision by Redis",
          Duration.ofSeconds(10),
          () -> limiter.check(0, policy.by("first")).source() == Decision.Source.REDIS);
      return closing(
          subject -> {
            Decision decision = limiter.check(policy.by(subject));
            if (decision.source() == Decision.Source.LOCAL) {
              RedisProfiler.countFallback();
            }
            return decision.allowed();
          },
          () -> {
            limiter.close();
            redis.close();
          });
    }
  },
  /** Bucket4j's compare-and-swap on a Lettuce connection. */
  BUCKET4J("Bucket4j-Lettuce") {
    @Override
    KeyedLimiter open(long limit, Duration window) {
      return bucket4j(null, limit, window);
    }
  },
  /** The same with Bucket4j's batching of concurrent requests. */
  BUCKET4J_BATCHING("Bucket4j-Lettuce, batching") {
    @Override
    KeyedLimiter open(long limit, Duration window) {
      return bucket4j(Optimizations.batching(), limit, window);
    }
  },
  /** Redisson's limiter, one for each subject. */
  REDISSON("Redisson RRateLimiter") {
    @Override
    KeyedLimiter open(long limit, Duration window) {
      RedissonClient client = BenchRedis.redisson();
      Map<String, RRateLimiter> limiters = new ConcurrentHashMap<>();
      return closing(
          subject ->
              limiters
                  .computeIfAbsent(
                      subject,
                      name -> {
                        RRateLimiter limiter = client.getRateLimiter("bench:" + name);
                        limiter.trySetRate(RateType.OVERALL, limit, window);
                        return limiter;
                      })
                  .tryAcquire(),
          client::shutdown);
    }
  };

  private final String label;

  KeyedContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public boolean inProcess() {
    return this == NOTHING;
  }

  abstract KeyedLimiter open(long limit, Duration window);

  /* Batching needs one proxy for each subject that all threads share. */
  private static KeyedLimiter bucket4j(
      @Nullable Optimization optimization, long limit, Duration window) {
    RedisClient client = BenchRedis.lettuce();
    var plain = Bucket4jLettuce.casBasedBuilder(client).build().builder();
    var builder = optimization == null ? plain : plain.withOptimization(optimization);
    BucketConfiguration configuration =
        BucketConfiguration.builder()
            .addLimit(each -> each.capacity(limit).refillGreedy(limit, window))
            .build();
    Map<String, BucketProxy> buckets = new ConcurrentHashMap<>();
    return closing(
        subject ->
            buckets
                .computeIfAbsent(
                    subject,
                    name ->
                        builder.build(name.getBytes(StandardCharsets.UTF_8), () -> configuration))
                .tryConsume(1),
        client::shutdown);
  }

  private static KeyedLimiter closing(KeyedLimiter limiter, Runnable close) {
    return new KeyedLimiter() {
      @Override
      public boolean decide(String subject) {
        return limiter.decide(subject);
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }
}
