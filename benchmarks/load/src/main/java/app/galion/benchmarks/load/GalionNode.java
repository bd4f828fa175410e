package app.galion.benchmarks.load;

import app.galion.cache.Codec;
import app.galion.cache.Loader;
import app.galion.cache.TieredCache;
import app.galion.cache.WriteResult;
import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;

final class GalionNode implements NodeCache {
  static final Duration SILENCE_LIMIT = Duration.ofSeconds(3);

  private final RedisLink redis;
  private final TieredCache<String, String> cache;
  private final Loader<String, String> loader;

  GalionNode(String uri, UnaryOperator<String> database) {
    loader = database::apply;
    redis = RedisLink.builder("load", uri).build();
    cache =
        TieredCache.<String, String>builder("values", Codec.string())
            .redis(redis)
            .silenceLimit(SILENCE_LIMIT)
            .build();
    Await.until(
        "the first write of a node",
        Duration.ofSeconds(20),
        () -> cache.put("opened", "") == WriteResult.APPLIED);
  }

  @Override
  public void write(String key, String value) {
    if (cache.put(key, value) != WriteResult.APPLIED) {
      throw new IllegalStateException("the write of " + key + " was not applied");
    }
  }

  @Override
  public String read(String key) {
    return Objects.requireNonNull(cache.get(key, loader), key);
  }

  @Override
  public void close() {
    cache.close();
    redis.close();
  }
}
