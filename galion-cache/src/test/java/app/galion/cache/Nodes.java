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

/**
 * Several nodes of one application, each with a link and a cache of its own. They take no stall of
 * the test's own machine for trouble with Redis, unless a test asks for the deadlines of users.
 */
final class Nodes implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  final List<RedisLink> links = new ArrayList<>();
  final List<TieredCache<String, String>> caches = new ArrayList<>();
  final String app = "t" + UUID.randomUUID();
  private final RedisServer server;
  private final boolean patient;

  Nodes(RedisServer server) {
    this(server, true);
  }

  private Nodes(RedisServer server, boolean patient) {
    this.server = server;
    this.patient = patient;
  }

  static Nodes of(
      int count, RedisServer server, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    return start(new Nodes(server), count, options);
  }

  /** With the deadlines that users get, for tests whose subject these are. */
  static Nodes ofDefaults(int count, RedisServer server) {
    return start(new Nodes(server, false), count, builder -> builder);
  }

  static Nodes of(int count, RedisServer server) {
    return of(count, server, builder -> builder);
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

  /**
   * Waits until all have applied every write so far: a message of an earlier one rightly drops what
   * a node loaded for itself meanwhile.
   */
  void awaitLevel() {
    awaitLevel(caches);
  }

  /** As above, of other caches on links of these nodes. */
  void awaitLevel(List<? extends TieredCache<?, ?>> of) {
    for (int i = 0; i < Remote.BUCKETS; i++) {
      int bucket = i;
      String head = app + ":c1:{" + bucket + "}:" + of.get(0).id().name() + ":H";
      Await.until(
          "all have applied what " + head + " tells",
          PATIENCE,
          () -> {
            Position last = Position.parse(String.valueOf(server.command("GET", head)));
            return last != null
                && of.stream()
                    .allMatch(cache -> last.equals(cache.core().buckets.get(bucket).position()));
          });
    }
  }

  TieredCache<String, String> add(UnaryOperator<TieredCacheBuilder<String, String>> options) {
    RedisLink link = link();
    TieredCacheBuilder<String, String> builder =
        TieredCache.<String, String>builder("users", Codec.string()).redis(link);
    if (patient) {
      builder.redisTimeout(DEADLINE).silenceLimit(SILENCE);
    }
    TieredCache<String, String> cache = options.apply(builder).build();
    caches.add(cache);
    return cache;
  }

  RedisLink link() {
    RedisLink.Builder builder = RedisLink.builder(app, server.uri());
    RedisLink link = (patient ? builder.suspectAfter(DEADLINE) : builder).build();
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
