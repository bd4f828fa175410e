package app.galion.benchmarks.load;

import app.galion.cache.Codec;
import app.galion.cache.TieredCache;
import app.galion.redis.RedisLink;
import app.galion.spi.Health;
import app.galion.testkit.Await;
import com.alicp.jetcache.CacheBuilder;
import com.alicp.jetcache.MultiLevelCacheBuilder;
import com.alicp.jetcache.embedded.CaffeineCacheBuilder;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JavaValueDecoder;
import com.alicp.jetcache.support.JavaValueEncoder;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.redisson.Redisson;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Whose nodes want a cold key. */
enum HerdProduct {
  GALION("galion") {
    @Override
    HerdNode open(String uri, UnaryOperator<String> loader) {
      RedisLink redis = RedisLink.builder("herd", uri).build();
      Await.until(
          "Redis", Duration.ofSeconds(20), () -> redis.health().status() == Health.Status.UP);
      TieredCache<String, String> cache =
          TieredCache.<String, String>builder("herd", Codec.string()).redis(redis).build();
      return HerdNode.of(
          key -> Objects.requireNonNull(cache.get(key, loader::apply), key),
          () -> {
            cache.close();
            redis.close();
          });
    }
  },
  CAFFEINE("Caffeine in each node, nothing shared") {
    @Override
    HerdNode open(String uri, UnaryOperator<String> loader) {
      Cache<String, String> cache = Caffeine.newBuilder().maximumSize(10_000).build();
      return HerdNode.of(key -> cache.get(key, loader), () -> {});
    }
  },
  JETCACHE("JetCache, both tiers, penetrationProtect") {
    @Override
    HerdNode open(String uri, UnaryOperator<String> loader) {
      RedisClient client = RedisClient.create(uri);
      CacheBuilder remote =
          RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
              .redisClient(client)
              .keyPrefix("herd:")
              .keyConvertor(key -> key)
              .valueEncoder(JavaValueEncoder.INSTANCE)
              .valueDecoder(JavaValueDecoder.INSTANCE)
              .expireAfterWrite(1, TimeUnit.HOURS);
      com.alicp.jetcache.Cache<String, String> cache =
          MultiLevelCacheBuilder.createMultiLevelCacheBuilder()
              .addCache(
                  CaffeineCacheBuilder.createCaffeineCacheBuilder()
                      .limit(10_000)
                      .keyConvertor(key -> key)
                      .expireAfterWrite(1, TimeUnit.HOURS)
                      .buildCache(),
                  remote.buildCache())
              .cachePenetrateProtect(true)
              .buildCache();
      return HerdNode.of(
          key -> cache.computeIfAbsent(key, loader),
          () -> {
            cache.close();
            client.shutdown();
          });
    }
  },
  REDISSON("Redisson map, computeIfAbsent") {
    @Override
    HerdNode open(String uri, UnaryOperator<String> loader) {
      Config config = new Config();
      config
          .useSingleServer()
          .setAddress(uri)
          .setConnectionMinimumIdleSize(2)
          .setConnectionPoolSize(8);
      RedissonClient client = Redisson.create(config);
      RMap<String, String> map = client.getMap("herd:values", StringCodec.INSTANCE);
      return HerdNode.of(key -> map.computeIfAbsent(key, loader), client::shutdown);
    }
  };

  private final String label;

  HerdProduct(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract HerdNode open(String uri, UnaryOperator<String> loader);
}
