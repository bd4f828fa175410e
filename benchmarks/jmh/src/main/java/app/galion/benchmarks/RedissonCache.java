package app.galion.benchmarks;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** Redisson's map: fields of one hash. */
final class RedissonCache implements RemoteCache {
  private final RedissonClient client = BenchRedis.redisson();
  private final RMap<String, String> map = client.getMap("bench:remote", StringCodec.INSTANCE);

  @Override
  public void put(String key, String value) {
    map.fastPut(key, value);
  }

  @Override
  public @Nullable String get(String key) {
    return map.get(key);
  }

  @Override
  public Map<String, String> getAll(Set<String> keys) {
    return map.getAll(keys);
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
