package app.galion.benchmarks;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** The Redis that the runner started or was given; every contender of a run speaks to this one. */
final class BenchRedis {
  /** The system property by which a trial learns the URI. */
  static final String PROPERTY = "galion.benchmarks.redis";

  private BenchRedis() {}

  static String uri() {
    String uri = System.getProperty(PROPERTY);
    if (uri == null) {
      throw new IllegalStateException(
          "this question needs Redis: start it by benchmarks/jmh/run or give -D" + PROPERTY);
    }
    return uri;
  }

  static RedisClient lettuce() {
    RedisClient client = RedisClient.create(RedisURI.create(uri()));
    client.setOptions(
        ClientOptions.builder()
            .socketOptions(SocketOptions.builder().tcpNoDelay(true).build())
            .build());
    return client;
  }

  static RedissonClient redisson() {
    Config config = new Config();
    config.useSingleServer().setAddress(uri());
    return Redisson.create(config);
  }

  /** Forgets what the contender before left behind. */
  static void flush() {
    RedisClient client = lettuce();
    try (var connection = client.connect()) {
      connection.sync().flushall();
    } finally {
      client.shutdown();
    }
  }
}
