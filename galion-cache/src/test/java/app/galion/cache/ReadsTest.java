package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.RedisLink;
import app.galion.spi.Guard;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Node b reads while its connection writes nothing; its gets begin one after the other. */
class ReadsTest {
  private static final int MOST = 128;

  final ExecutorService oneThread = Executors.newSingleThreadExecutor();
  final AtomicInteger granted = new AtomicInteger();
  final AtomicReference<Runnable> whenAsked = new AtomicReference<>(() -> {});
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void connect() {
    connect(RedisServer.startOwn());
  }

  private void connect(RedisServer to) {
    server = to;
    nodes = new Nodes(server);
    a = nodes.add(builder -> builder);
    b = reader(Duration.ofSeconds(10));
    nodes.caches.forEach(Nodes::awaitVerified);
  }

  @AfterEach
  void disconnect() {
    disconnectNodes();
    oneThread.shutdown();
  }

  private void disconnectNodes() {
    nodes.close();
    server.close();
  }

  private TieredCache<String, String> reader(Duration redisTimeout) {
    Guard guard =
        () -> {
          whenAsked.getAndSet(() -> {}).run();
          return new CountedPermit(granted, new AtomicInteger(), new AtomicInteger());
        };
    return nodes.add(
        builder ->
            builder
                .executor(oneThread)
                .remoteGuard(guard)
                .redisTimeout(redisTimeout)
                .loaderTimeout(Duration.ofHours(1)));
  }

  @Test
  void shareACommandAndEachSeesItsOwnValueAndTheMarkerOfItsOwnBucket() throws Exception {
    List<String> keys = keysOfAllBuckets(5);
    store(keys);
    for (int bucket = 1; bucket < Remote.BUCKETS; bucket += 2) {
      Remote remote = remote(a);
      RedisLink.join(remote.run(Remote.Command.CLEAR, bucket, "", "clear-" + bucket));
    }
    nodes.awaitLevel();
    List<CompletableFuture<Entry<String>>> gets;
    try (HeldLine unused = new HeldLine(nodes.links.get(1), "k")) {
      gets = begin(b, keys);
      assertThat(commandstats()).doesNotContain("cmdstat_mget");
    }
    for (int i = 0; i < keys.size(); i++) {
      String seen = bucketOf(keys.get(i)) % 2 == 0 ? "stored " : "loaded ";
      assertThat(value(gets.get(i))).isEqualTo(seen + keys.get(i));
    }
    assertThat(commandstats()).contains("cmdstat_mget:calls=3,"); // of 320 keys
  }

  @Test
  void shareACommandForEachBucketOfACluster() throws Exception {
    disconnectNodes();
    connect(RedisServer.startCluster());
    List<String> keys = keysOfAllBuckets(3);
    store(keys);
    List<CompletableFuture<Entry<String>>> gets;
    try (HeldLine unused = new HeldLine(nodes.links.get(1), "k")) {
      gets = begin(b, keys);
    }
    for (int i = 0; i < keys.size(); i++) {
      assertThat(value(gets.get(i))).isEqualTo("stored " + keys.get(i));
    }
    assertThat(commandstats()).contains("cmdstat_mget:calls=64,");
    TieredCache<String, String> c = nodes.add(builder -> builder);
    Nodes.awaitVerified(c);
    assertThat(c.getAll(keys, ReadsTest::load))
        .hasSize(keys.size())
        .containsEntry("k0", "stored k0");
    assertThat(commandstats()).contains("cmdstat_mget:calls=128,");
  }

  @Test
  void askTheGuardOnceEach() throws Exception {
    List<String> keys = keysOfAllBuckets(2);
    store(keys);
    List<CompletableFuture<Entry<String>>> gets;
    try (HeldLine unused = new HeldLine(nodes.links.get(1), "k")) {
      gets = begin(b, keys);
    }
    for (int i = 0; i < keys.size(); i++) {
      assertThat(value(gets.get(i))).isEqualTo("stored " + keys.get(i));
    }
    assertThat(granted).as("reads, and none was in vain").hasValue(MOST);
    assertThat(commandstats()).contains("cmdstat_mget:calls=1,");
  }

  @Test
  void allEndInALoadWhenTheServerDies() throws Exception {
    List<String> keys = keysOfAllBuckets(3);
    store(keys);
    List<CompletableFuture<Entry<String>>> gets;
    try (HeldLine unused = new HeldLine(nodes.links.get(1), "k")) {
      gets = begin(b, keys);
      server.kill();
    }
    assertAllLoaded(b, keys, gets);
  }

  @Test
  void allEndInALoadWhenTheDeadlinePassesBeforeTheyAreWritten() throws Exception {
    List<String> keys = keysOfAllBuckets(3);
    store(keys);
    TieredCache<String, String> hasty = reader(Duration.ofMillis(100));
    Nodes.awaitVerified(hasty);
    nodes.awaitLevel();
    try (HeldLine unused = new HeldLine(nodes.links.get(2), "k")) {
      assertAllLoaded(hasty, keys, begin(hasty, keys));
    }
    assertThat(hasty.get("later", key -> "v")).isEqualTo("v");
  }

  @Test
  void thatWereOfAGetAllOfAClosedCacheEndAtOnceWithAllWhoJoined() {
    List<String> keys = keysOfAllBuckets(4);
    AtomicReference<CompletableFuture<Entry<String>>> joined = new AtomicReference<>();
    whenAsked.set(
        () -> {
          joined.set(b.getAsync(keys.get(0), key -> completedFuture("another")));
          b.close();
        });
    assertThatThrownBy(() -> b.getAll(keys, ReadsTest::load)).hasMessage("cache 'users' is closed");
    assertThat(joined.get())
        .failsWithin(Nodes.PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .withMessage("cache 'users' is closed");
    assertThat(b.core().flights).isEmpty();
  }

  @Test
  void neverBeginForAGetAllWithAKeyThatIsRefused() {
    String bad = "x".repeat(1025);
    server.command("CONFIG", "RESETSTAT");
    assertThatThrownBy(() -> b.getAll(List.of("k", bad), ReadsTest::load))
        .hasMessageContaining("a key of 1025 bytes");
    assertThat(b.core().flights).isEmpty();
    assertThat(commandstats()).doesNotContain("cmdstat_mget");
    assertThat(b.get("k", key -> "v")).isEqualTo("v");
  }

  @Test
  void endInALoadWhenTheGuardThrows() throws Exception {
    List<String> keys = keysOfAllBuckets(4);
    store(keys);
    whenAsked.set(
        () -> {
          throw new IllegalStateException("broken guard");
        });
    Map<String, String> values =
        Callers.supplyAsync(() -> b.getAll(keys, ReadsTest::load))
            .get(Nodes.PATIENCE.toSeconds(), SECONDS);
    assertThat(values.keySet()).containsExactlyElementsOf(keys);
    for (int i = 0; i < keys.size(); i++) {
      String seen = i < MOST ? "loaded " : "stored ";
      assertThat(values).containsEntry(keys.get(i), seen + keys.get(i));
    }
    assertThat(b.core().flights).isEmpty();
  }

  @Test
  void leaveNothingBehindOfWhatTheyRead() {
    store(List.of("k"));
    assertThat(b.get("k", key -> "?")).isEqualTo("stored k");
    assertThat(remote(b).reads().latest.get(0)).isNull();
  }

  private static void assertAllLoaded(
      TieredCache<String, String> cache,
      List<String> keys,
      List<CompletableFuture<Entry<String>>> gets)
      throws Exception {
    for (int i = 0; i < keys.size(); i++) {
      assertThat(value(gets.get(i))).isEqualTo("loaded " + keys.get(i));
    }
    assertThat(cache.core().flights).isEmpty();
  }

  /** Returns when all of them are sent, as far as they can be. */
  private List<CompletableFuture<Entry<String>>> begin(
      TieredCache<String, String> cache, List<String> keys) throws Exception {
    List<CompletableFuture<Entry<String>>> gets = new ArrayList<>();
    keys.forEach(key -> gets.add(cache.getAsync(key, k -> completedFuture("loaded " + k))));
    oneThread.submit(() -> {}).get(Nodes.PATIENCE.toSeconds(), SECONDS);
    return gets;
  }

  private static String value(CompletableFuture<Entry<String>> get) throws Exception {
    return get.get(Nodes.PATIENCE.toSeconds(), SECONDS).value();
  }

  private static Remote remote(TieredCache<?, ?> cache) {
    return requireNonNull(cache.core().remote);
  }

  private void store(List<String> keys) {
    keys.forEach(key -> a.put(key, "stored " + key));
    nodes.awaitLevel();
    server.command("CONFIG", "RESETSTAT");
  }

  private static Map<String, String> load(Set<String> keys) {
    return keys.stream().collect(toMap(key -> key, key -> "loaded " + key));
  }

  private static int bucketOf(String key) {
    return KeyName.of("users", key).bucket(Remote.BUCKETS);
  }

  static List<String> keysOfAllBuckets(int ofEach) {
    int[] found = new int[Remote.BUCKETS];
    return IntStream.range(0, 10_000)
        .mapToObj(i -> "k" + i)
        .filter(key -> found[bucketOf(key)]++ < ofEach)
        .toList();
  }

  private String commandstats() {
    return String.valueOf(server.command("INFO", "commandstats"));
  }
}
