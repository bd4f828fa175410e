package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Health.Status;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
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
  void connect() {
    server = RedisServer.startOwn();
    nodes = Nodes.ofDefaults(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void loadsThroughWithinTheDeadlineWhenRedisIsKilled() {
    server.kill();
    AtomicInteger loads = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      String key = "k" + i;
      assertThat(timed(() -> a.get(key, k -> "v" + loads.incrementAndGet()))).isLessThan(DEADLINE);
    }
    Await.until(
        "without Redis a loaded value is served",
        Nodes.PATIENCE,
        () -> a.get("again", k -> "v") != null && a.getEntry("again", k -> "v").tier() == Tier.L1);
    Await.until("a says so", Nodes.PATIENCE, () -> a.health().status() == Status.DEGRADED);
  }

  @Test
  void answersWithinTheDeadlineWhileRedisIsPaused() {
    server.pause();
    for (int i = 0; i < 20; i++) {
      String key = "k" + i;
      assertThat(timed(() -> a.get(key, k -> "v"))).isLessThan(DEADLINE);
    }
    assertThat(timed(() -> a.put("k", "new"))).isLessThan(DEADLINE);
    assertThat(timed(() -> a.clear())).isLessThan(DEADLINE);
    assertThat(a.peek("k")).isEmpty();
    server.resume();
  }

  @Test
  void repeatsAQueuedInvalidationWhenRedisAnswersAgain() {
    a.put("k", "old");
    assertThat(b.get("k", k -> "old")).isEqualTo("old");
    server.pause();
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    assertThat(a.getEntry("k", k -> "new").tier()).isEqualTo(Tier.LOADED);
    assertThat(a.health().details()).containsEntry("queued", "1");
    server.resume();
    Await.until(
        "b sees it",
        Nodes.PATIENCE,
        () -> b.peek("k").isEmpty() || !"old".equals(b.get("k", k -> "new")));
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
    assertThat(b.get("k", k -> "new")).isEqualTo("new");
  }

  @Test
  void doesNotReadRedisForAKeyWhoseInvalidationIsQueued() {
    a.put("k", "old");
    server.pause();
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    server.resume();
    assertThat(a.get("k", k -> "new")).isEqualTo("new");
  }

  @Test
  void aPutThatWasNotAnsweredNeverAppearsLater() {
    a.put("k", "old");
    server.pause();
    assertThat(a.put("k", "unanswered")).isEqualTo(WriteResult.QUEUED);
    server.resume();
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
    assertThat(b.get("k", k -> "loaded")).isNotEqualTo("unanswered");
  }

  @Test
  void servesNothingUnprovenForLongerThanTheSilenceLimit() {
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
    a.put("k", "old");
    b.get("k", k -> "old");
    server.command("FLUSHALL");
    Await.until(
        "both notice",
        Nodes.PATIENCE,
        () -> a.stats().resyncs() + b.stats().resyncs() > 3 * Remote.BUCKETS);
    Await.until(
        "entries are looked up again", Nodes.PATIENCE, () -> b.get("k", k -> "new").equals("new"));
    assertThat(a.invalidate("k")).isEqualTo(WriteResult.APPLIED);
    Await.until("b follows", DEADLINE, () -> "newer".equals(b.get("k", k -> "newer")));
  }

  @Test
  void staysVerifiedOnAFullServer() {
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
    a.put("k", "v");
    server.restart();
    Await.until(
        "both hear the new history",
        Nodes.PATIENCE,
        () -> a.stats().resyncs() >= 2 * Remote.BUCKETS);
    Await.until(
        "both hear the new history",
        Nodes.PATIENCE,
        () -> b.stats().resyncs() >= 2 * Remote.BUCKETS);
    Await.until("a is well", Nodes.PATIENCE, () -> a.health().status() == Status.UP);
    assertThat(a.put("k", "new")).isEqualTo(WriteResult.APPLIED);
    assertThat(b.get("k", k -> "loaded")).isEqualTo("new");
  }

  private static Duration timed(Runnable call) {
    long start = Ticker.system().read();
    call.run();
    return Duration.ofNanos(Ticker.system().read() - start);
  }
}
