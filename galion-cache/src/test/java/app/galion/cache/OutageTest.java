package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Health.Status;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageTest {
  static final Duration DEADLINE = Duration.ofSeconds(1);

  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void start() {
    server = RedisServer.startOwn();
  }

  private void connect(Nodes connected) {
    nodes = connected;
    a = nodes.get(0);
    b = nodes.get(1);
  }

  private void connect() {
    connect(Nodes.ofDefaults(2, server));
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void loadsThroughWithinTheDeadlineWhenRedisIsKilled() {
    connect();
    server.kill();
    endsInTime(i -> a.get("k" + i, k -> "v"));
    Await.until(
        "without Redis a loaded value is served",
        Nodes.PATIENCE,
        () -> a.get("again", k -> "v") != null && a.getEntry("again", k -> "v").tier() == Tier.L1);
    Await.until("a says so", Nodes.PATIENCE, () -> a.health().status() == Status.DEGRADED);
  }

  @Test
  void answersWithinTheDeadlineWhileRedisIsPaused() {
    connect();
    server.pause();
    endsInTime(i -> a.get("k" + i, k -> "v"));
    endsInTime(i -> a.put("k", "new"));
    endsInTime(i -> a.clear());
    assertThat(a.peek("k")).isEmpty();
    server.resume();
  }

  @Test
  void repeatsAQueuedInvalidationWhenRedisAnswersAgain() {
    connect();
    a.put("k", "old");
    assertThat(b.get("k", k -> "old")).isEqualTo("old");
    server.pause();
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    assertThat(a.getEntry("k", k -> "new").tier()).isEqualTo(Tier.LOADED);
    assertThat(a.health().details()).containsEntry("queued", "1");
    server.resume();
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
    Await.until("b sees it", Nodes.PATIENCE, () -> "new".equals(b.get("k", k -> "new")));
  }

  @Test
  void doesNotReadRedisForAKeyWhoseInvalidationIsQueued() {
    connect();
    a.put("k", "old");
    server.pause();
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    server.resume();
    assertThat(a.get("k", k -> "new")).isEqualTo("new");
  }

  @Test
  void aPutThatWasNotAnsweredNeverAppearsLater() {
    connect();
    a.put("k", "old");
    server.pause();
    assertThat(a.put("k", "unanswered")).isEqualTo(WriteResult.QUEUED);
    server.resume();
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
    assertThat(b.get("k", k -> "loaded")).isNotEqualTo("unanswered");
  }

  @Test
  void servesNothingUnprovenForLongerThanTheSilenceLimit() {
    connect();
    a.put("k", "v");
    server.pause();
    Await.until(
        "the proof is too old",
        Nodes.PATIENCE,
        () -> a.getEntry("k", k -> "loaded").tier() == Tier.LOADED);
    server.resume();
  }

  @Test
  void startsAfreshWhenRedisIsFlushed() {
    connect(Nodes.of(2, server));
    a.put("k", "old");
    b.get("k", k -> "old");
    server.command("FLUSHALL");
    for (TieredCache<String, String> cache : nodes.caches) {
      Await.until(
          cache + " notices", Nodes.PATIENCE, () -> cache.stats().resyncs() >= 2 * Remote.BUCKETS);
    }
    Await.until(
        "entries are looked up again", Nodes.PATIENCE, () -> b.get("k", k -> "new").equals("new"));
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.APPLIED);
    Await.until("b follows", Nodes.PATIENCE, () -> "newer".equals(b.get("k", k -> "newer")));
  }

  @Test
  void staysVerifiedOnAFullServer() {
    connect(Nodes.of(2, server));
    server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    server.command("CONFIG", "SET", "maxmemory", "1");
    long full = Ticker.system().read();
    Await.until(
        "a heartbeat passes",
        Nodes.PATIENCE,
        () -> a.core().buckets.stream().allMatch(bucket -> bucket.verifiedAt - full > 0));
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.APPLIED);
    assertThat(a.get("k", k -> "v")).isEqualTo("v");
  }

  @Test
  void readsNothingFromAMasterThatMustNotAcceptWrites() {
    connect();
    b.put("k", "old");
    server.command("CONFIG", "SET", "min-replicas-to-write", "1");
    Await.until(
        "a is away",
        Nodes.PATIENCE,
        () ->
            "away: values are loaded, writes are queued".equals(a.health().details().get("redis")));
    assertThat(a.getEntry("k", k -> "new").tier()).isEqualTo(Tier.LOADED);
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    server.command("CONFIG", "SET", "min-replicas-to-write", "0");
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
  }

  @Test
  void comesBackAfterARestart() {
    connect(Nodes.of(2, server));
    a.put("k", "v");
    server.restart();
    for (TieredCache<String, String> cache : nodes.caches) {
      Await.until(
          cache + " hears the new history",
          Nodes.PATIENCE,
          () -> cache.stats().resyncs() >= 2 * Remote.BUCKETS);
    }
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
    assertThat(a.put("k", "new")).isEqualTo(WriteResult.APPLIED);
    assertThat(b.get("k", k -> "loaded")).isEqualTo("new");
  }

  /** The median tells; a single call may meet a stall of the test's own machine. */
  private static void endsInTime(IntConsumer call) {
    long[] nanos = new long[19];
    for (int i = 0; i < nanos.length; i++) {
      long start = Ticker.system().read();
      call.accept(i);
      nanos[i] = Ticker.system().read() - start;
    }
    Arrays.sort(nanos);
    assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(DEADLINE);
    assertThat(Duration.ofNanos(nanos[nanos.length - 1])).isLessThan(Nodes.PATIENCE);
  }
}
