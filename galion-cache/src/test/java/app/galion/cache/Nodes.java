package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Several nodes of one application, each with a link and a cache of its own. */
final class Nodes implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  final List<RedisLink> links = new ArrayList<>();
  final List<TieredCache<String, String>> caches = new ArrayList<>();
  final String app = "t" + UUID.randomUUID();
  private final RedisServer server;
  private final Duration suspectAfter;

  Nodes(RedisServer server) {
    this(server, Duration.ofMillis(250));
  }

  private Nodes(RedisServer server, Duration suspectAfter) {
    this.server = server;
    this.suspectAfter = suspectAfter;
  }

  static Nodes of(
      int count, RedisServer server, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    return start(new Nodes(server), count, options);
  }

  /** That take no stall of the test's own machine for trouble with Redis. */
  static Nodes patient(int count, RedisServer server) {
    return start(
        new Nodes(server, Duration.ofSeconds(5)),
        count,
        builder ->
            builder.redisTimeout(Duration.ofSeconds(5)).silenceLimit(Duration.ofSeconds(30)));
  }

  private static Nodes start(
      Nodes nodes, int count, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    for (int i = 0; i < count; i++) {
      nodes.add(options);
    }
    nodes.caches.forEach(Nodes::awaitVerified);
    nodes.awaitSubscribed();
    return nodes;
  }

  /** What is told before a node listens reaches it by the journal, which takes up to a second. */
  private void awaitSubscribed() {
    for (int bucket = 0; bucket < Remote.BUCKETS; bucket++) {
      String channel = app + ":c1:{" + bucket + "}:users:bus";
      Await.until(
          "all listen on " + channel,
          PATIENCE,
          () ->
              server.command("PUBSUB", "NUMSUB", channel) instanceof List<?> reply
                  && reply.get(1) instanceof Long listeners
                  && listeners >= caches.size());
    }
  }

  static Nodes of(int count, RedisServer server) {
    return of(count, server, builder -> builder);
  }

  TieredCache<String, String> add(UnaryOperator<TieredCacheBuilder<String, String>> options) {
    RedisLink link = link();
    TieredCache<String, String> cache =
        options
            .apply(TieredCache.<String, String>builder("users", Codec.string()).redis(link))
            .build();
    caches.add(cache);
    return cache;
  }

  RedisLink link() {
    RedisLink link = RedisLink.builder(app, server.uri()).suspectAfter(suspectAfter).build();
    links.add(link);
    try {
      assertThat(link.awaitAvailable(PATIENCE)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return link;
  }

  TieredCache<String, String> get(int node) {
    return caches.get(node);
  }

  static void awaitVerified(TieredCache<?, ?> cache) {
    Await.until(cache + " is verified", PATIENCE, () -> verified(cache.core()));
  }

  private static boolean verified(CacheCore<?, ?> core) {
    return core.buckets.stream()
        .allMatch(
            bucket ->
                bucket.position() != null
                    && core.now() - bucket.verifiedAt < core.policy.silenceLimit());
  }

  @Override
  public void close() {
    caches.forEach(TieredCache::close);
    links.forEach(RedisLink::close);
  }
}
