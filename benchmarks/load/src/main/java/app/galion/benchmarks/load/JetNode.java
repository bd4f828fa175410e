package app.galion.benchmarks.load;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.CacheBuilder;
import com.alicp.jetcache.CacheResultCode;
import com.alicp.jetcache.SimpleCacheManager;
import com.alicp.jetcache.anno.CacheConsts;
import com.alicp.jetcache.anno.CacheType;
import com.alicp.jetcache.embedded.CaffeineCacheBuilder;
import com.alicp.jetcache.redis.lettuce.JetCacheCodec;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JavaValueDecoder;
import com.alicp.jetcache.support.JavaValueEncoder;
import com.alicp.jetcache.template.CacheBuilderTemplate;
import com.alicp.jetcache.template.NotifyMonitorInstaller;
import com.alicp.jetcache.template.QuickConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** JetCache with both tiers and its broadcast, which by default is off. */
final class JetNode implements NodeCache {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final RedisClient client;
  private final SimpleCacheManager manager = new SimpleCacheManager();
  private final Cache<String, String> cache;
  private final Function<String, String> loader;

  @SuppressWarnings("unchecked") // its codec is raw, its template takes an array of maps
  JetNode(String uri, UnaryOperator<String> database) {
    loader = database;
    RedisURI address = RedisURI.create(uri);
    address.setTimeout(TIMEOUT);
    client = RedisClient.create(address);
    CacheBuilder remote =
        RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
            .redisClient(client)
            .pubSubConnection(client.connectPubSub(new JetCacheCodec()))
            .asyncResultTimeoutInMillis(TIMEOUT.toMillis())
            .broadcastChannel("load")
            .keyPrefix("load:")
            .keyConvertor(key -> key)
            .valueEncoder(JavaValueEncoder.INSTANCE)
            .valueDecoder(JavaValueDecoder.INSTANCE);
    CacheBuilder local = CaffeineCacheBuilder.createCaffeineCacheBuilder().keyConvertor(key -> key);
    CacheBuilderTemplate template =
        new CacheBuilderTemplate(
            false,
            Map.of(CacheConsts.DEFAULT_AREA, local),
            Map.of(CacheConsts.DEFAULT_AREA, remote));
    template.getCacheMonitorInstallers().add(new NotifyMonitorInstaller(area -> remote));
    manager.setCacheBuilderTemplate(template);
    cache =
        manager.getOrCreateCache(
            QuickConfig.newBuilder("values")
                .cacheType(CacheType.BOTH)
                .syncLocal(true)
                .expire(Duration.ofHours(1))
                .localLimit(10_000)
                .build());
  }

  @Override
  public void write(String key, String value) {
    if (cache.PUT(key, value).getResultCode() != CacheResultCode.SUCCESS) {
      throw new IllegalStateException("the write of " + key + " failed");
    }
  }

  @Override
  public String read(String key) {
    return cache.computeIfAbsent(key, loader);
  }

  @Override
  public void close() {
    manager.close();
    client.shutdown();
  }
}
