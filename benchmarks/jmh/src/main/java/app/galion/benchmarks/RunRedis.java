package app.galion.benchmarks;

import app.galion.testkit.RedisServer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/* The Redis of this run: the given one, or one of our own that ends with it. */
record RunRedis(String uri, String version, @Nullable RedisServer own) implements AutoCloseable {

  static RunRedis none() {
    return new RunRedis("", "", null);
  }

  static RunRedis of(@Nullable String given) {
    if (given != null) {
      return new RunRedis(given, version(given), null);
    }
    RedisServer own = RedisServer.startOwn();
    return new RunRedis(own.uri(), version(own.uri()), own);
  }

  private static String version(String uri) {
    var client = io.lettuce.core.RedisClient.create(uri);
    try (var connection = client.connect()) {
      Matcher version =
          Pattern.compile("redis_version:(\\S+)").matcher(connection.sync().info("server"));
      return version.find() ? version.group(1) : "unknown";
    } finally {
      client.shutdown();
    }
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
