package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several nodes of one application, each with a link and a cache of its own. They take no stall of
 * the test's own machine for trouble with Redis, unless a test asks for the deadlines of users.
 * {@link #behindProxies} gives each a network of its own, whose connections fail apart.
 */
final class Nodes implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /* the first connection of a JVM loads a thousand classes */
  private static final Duration CONNECTED = Duration.ofSeconds(60);
  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  final List<RedisLink> links = new ArrayList<>();
  final List<TieredCache<String, String>> caches = new ArrayList<>();
  final List<FaultProxy> proxies = new ArrayList<>();
  final String app = "t" + UUID.randomUUID();
  private final String uris;
  private final @Nullable RedisServer server;
  private final boolean patient;
  private final boolean proxied;

  Nodes(RedisServer server) {
    this(server, true);
  }

  Nodes(RedisServer server, boolean patient) {
    this(server.uri(), server, patient, false);
  }

  private Nodes(String uris, @Nullable RedisServer server, boolean patient, boolean proxied) {
    this.uris = uris;
    this.server = server;
    this.patient = patient;
    this.proxied = proxied;
  }

  static Nodes of(
      int count, RedisServer server, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    return start(new Nodes(server), count, options);
  }

  /** With the deadlines that users get, for tests whose subject these are. */
  static Nodes ofDefaults(int count, RedisServer server) {
    return start(new Nodes(server, false), count, builder -> builder);
  }

  static <K, V> TieredCacheBuilder<K, V> patient(TieredCacheBuilder<K, V> builder) {
    return builder.redisTimeout(DEADLINE).silenceLimit(SILENCE);
  }

  static Nodes of(int count, RedisServer server) {
    return of(count, server, builder -> builder);
  }

  /** Three with the deadlines of users, each behind a {@link #network} of its own. */
  static Nodes behindProxies(
      RedisServer server, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    return start(new Nodes(server.uri(), server, false, true), 3, options);
  }

  static Nodes behindProxies(RedisServer server) {
    return behindProxies(server, builder -> builder);
  }

  static Nodes patientBehindProxies(RedisServer server) {
    return start(new Nodes(server.uri(), server, true, true), 3, builder -> builder);
  }

  /** Three at a Sentinel or a Cluster, with the deadlines of users. */
  static Nodes at(String uris, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    return start(new Nodes(uris, null, false, false), 3, options);
  }

  static Nodes patientAt(String uris) {
    return start(new Nodes(uris, null, true, false), 3, builder -> builder);
  }

  private static Nodes start(
      Nodes nodes, int count, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    boolean started = false;
    try {
      for (int i = 0; i < count; i++) {
        nodes.add(options);
      }
      nodes.caches.forEach(Nodes::awaitVerified);
      nodes.awaitSubscribed();
      started = true;
      return nodes;
    } finally {
      if (!started) {
        nodes.close();
      }
    }
  }

  /** What is told before a node listens reaches it by the journal, which takes up to a second. */
  private void awaitSubscribed() {
    RedisServer one = server;
    if (one == null) {
      Await.until("all nodes hear all buckets", PATIENCE, this::allHearAClear);
      return;
    }
    for (int bucket = 0; bucket < Remote.BUCKETS; bucket++) {
      String channel = app + ":c1:{" + bucket + "}:users:bus";
      Await.until(
          "all listen on " + channel,
          PATIENCE,
          () ->
              one.command("PUBSUB", "NUMSUB", channel) instanceof List<?> reply
                  && reply.get(1) instanceof Long listeners
                  && listeners >= caches.size());
    }
  }

  private boolean allHearAClear() {
    List<Long> before = caches.stream().map(cache -> cache.stats().received()).toList();
    caches.get(0).clear();
    Await.until(
        "all have heard it",
        Duration.ofSeconds(2),
        () ->
            IntStream.range(0, caches.size())
                .allMatch(i -> caches.get(i).stats().received() - before.get(i) >= Remote.BUCKETS));
    return true;
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
            RedisServer one = requireNonNull(server, "one server");
            Position last = Position.parse(String.valueOf(one.command("GET", head)));
            return last != null
                && of.stream()
                    .allMatch(cache -> last.equals(cache.core().buckets.get(bucket).position()));
          });
    }
  }

  TieredCache<String, String> add(UnaryOperator<TieredCacheBuilder<String, String>> options) {
    return add(Codec.string(), options);
  }

  TieredCache<String, String> add(
      Codec<String> codec, UnaryOperator<TieredCacheBuilder<String, String>> options) {
    RedisLink link = link();
    TieredCacheBuilder<String, String> builder =
        TieredCache.<String, String>builder("users", codec).redis(link);
    TieredCache<String, String> cache = options.apply(patient ? patient(builder) : builder).build();
    caches.add(cache);
    return cache;
  }

  RedisLink link() {
    RedisLink.Builder builder = RedisLink.builder(app, door());
    RedisLink link = (patient ? builder.suspectAfter(DEADLINE) : builder).build();
    links.add(link);
    try {
      assertThat(link.awaitAvailable(CONNECTED)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return link;
  }

  private String door() {
    if (!proxied || server == null) {
      return uris;
    }
    FaultProxy proxy = FaultProxy.to(server.host(), server.port());
    proxies.add(proxy);
    return uris.replace(server.host() + ":" + server.port(), proxy.address());
  }

  /** A node's way to Redis. */
  FaultProxy network(int node) {
    return proxies.get(node);
  }

  /** Ends what befell a node's network; what was lost is lost, its connections are made anew. */
  void mend(int node) {
    network(node).heal();
    network(node).reset();
  }

  TieredCache<String, String> get(int node) {
    return caches.get(node);
  }

  static void awaitVerified(TieredCache<?, ?> cache) {
    Await.until(cache + " is verified", PATIENCE, () -> verified(cache.core()));
  }

  /** Waits until a node has proved anew that it has applied every write. */
  static void awaitVerifiedSince(TieredCache<?, ?> cache, long time, Duration patience) {
    Await.until(
        cache + " is verified since",
        patience,
        () -> cache.core().buckets.stream().allMatch(bucket -> bucket.verifiedAt - time > 0));
  }

  /** Waits until a node has repeated all writes that Redis did not acknowledge. */
  static void awaitRepeated(TieredCache<?, ?> cache, Duration patience) {
    Await.until(
        cache + " has repeated all its writes",
        patience,
        () -> "0".equals(cache.health().details().get("queued")));
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
    proxies.forEach(FaultProxy::close);
  }
}
