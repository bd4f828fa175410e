package app.galion.benchmarks;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bare commands on one connection. */
final class LettuceCache implements RemoteCache {
  private final RedisClient client = BenchRedis.lettuce();
  private final RedisCommands<String, String> redis = client.connect().sync();

  @Override
  public void put(String key, String value) {
    redis.set(key, value);
  }

  @Override
  public @Nullable String get(String key) {
    return redis.get(key);
  }

  @Override
  public Map<String, String> getAll(Set<String> keys) {
    Map<String, String> found = new HashMap<>();
    for (KeyValue<String, String> each : redis.mget(keys.toArray(new String[0]))) {
      if (each.hasValue()) {
        found.put(each.getKey(), each.getValue());
      }
    }
    return found;
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
