package app.galion.benchmarks;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.CacheValueHolder;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import io.lettuce.core.RedisClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** JetCache's remote cache on Lettuce, with codecs that are as cheap as galion's. */
final class JetRemoteCache implements RemoteCache {
  private final RedisClient client = BenchRedis.lettuce();
  private final Cache<String, String> cache =
      RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
          .redisClient(client)
          .keyPrefix("bench:")
          .keyConvertor(key -> key)
          .valueEncoder(JetRemoteCache::encode)
          .valueDecoder(JetRemoteCache::decode)
          .expireAfterWrite(1, TimeUnit.HOURS)
          .buildCache();

  private static byte[] encode(Object holder) {
    CacheValueHolder<?> held = (CacheValueHolder<?>) holder;
    byte[] value = ((String) held.getValue()).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + value.length)
        .putLong(held.getExpireTime())
        .put(value)
        .array();
  }

  private static Object decode(byte[] bytes) {
    CacheValueHolder<String> held = new CacheValueHolder<>();
    held.setExpireTime(ByteBuffer.wrap(bytes).getLong());
    held.setValue(new String(bytes, Long.BYTES, bytes.length - Long.BYTES, StandardCharsets.UTF_8));
    return held;
  }

  @Override
  public void put(String key, String value) {
    cache.put(key, value);
  }

  @Override
  public @Nullable String get(String key) {
    return cache.get(key);
  }

  @Override
  public Map<String, String> getAll(Set<String> keys) {
    return cache.getAll(keys);
  }

  @Override
  public void close() {
    cache.close();
    client.shutdown();
  }
}
