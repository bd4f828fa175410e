package app.galion.benchmarks.load;

import java.util.function.UnaryOperator;
import org.redisson.Redisson;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/**
 * Redisson's near cache, made to read the log of changes after a reconnect, which by default is
 * off.
 */
final class RedissonNode implements NodeCache {
  private final RedissonClient client;
  private final RLocalCachedMap<String, String> map;
  private final UnaryOperator<String> database;

  RedissonNode(String uri, UnaryOperator<String> database) {
    this.database = database;
    Config config = new Config();
    config
        .useSingleServer()
        .setAddress(uri)
        .setTimeout(1_000)
        .setRetryAttempts(0)
        .setConnectionMinimumIdleSize(2)
        .setConnectionPoolSize(8);
    client = Redisson.create(config);
    map =
        client.getLocalCachedMap(
            LocalCachedMapOptions.<String, String>name("load:values")
                .codec(StringCodec.INSTANCE)
                .evictionPolicy(LocalCachedMapOptions.EvictionPolicy.LRU)
                .cacheSize(10_000)
                .syncStrategy(LocalCachedMapOptions.SyncStrategy.INVALIDATE)
                .reconnectionStrategy(LocalCachedMapOptions.ReconnectionStrategy.LOAD));
  }

  @Override
  public void write(String key, String value) {
    map.fastPut(key, value);
  }

  @Override
  public String read(String key) {
    try {
      String value = map.get(key);
      return value == null ? database.apply(key) : value;
    } catch (RedisException e) {
      return database.apply(key); // as its caller would
    }
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
