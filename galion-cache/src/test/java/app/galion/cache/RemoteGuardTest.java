package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Guard;
import app.galion.spi.Health.Status;
import app.galion.spi.Permit;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteGuardTest {
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> guarded;
  TieredCache<String, String> other;
  final AtomicBoolean refuses = new AtomicBoolean();
  final AtomicInteger successes = new AtomicInteger();
  final AtomicInteger failures = new AtomicInteger();
  final AtomicInteger ignored = new AtomicInteger();

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
    nodes = new Nodes(server);
    Guard guard =
        () ->
            refuses.get()
                ? Permit.refused(1_000_000)
                : new CountedPermit(successes, failures, ignored);
    guarded = nodes.add(builder -> builder.remoteGuard(guard));
    other = nodes.add(builder -> builder);
    nodes.caches.forEach(Nodes::awaitVerified);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void isToldHowEachCallEnded() {
    other.put("k", "v");
    assertThat(guarded.get("k", key -> "?")).isEqualTo("v");
    assertThat(successes).hasValue(1);
    assertThat(guarded.get("k", key -> "?")).isEqualTo("v");
    assertThat(successes).hasValue(1);
    server.command("CONFIG", "SET", "min-replicas-to-write", "1");
    assertThat(guarded.invalidate("k")).isEqualTo(WriteResult.QUEUED);
    assertThat(failures).hasPositiveValue();
  }

  @Test
  void makesReadsLoadWhenItRefuses() {
    other.put("k", "v");
    nodes.awaitLevel();
    refuses.set(true);
    assertThat(guarded.getEntry("k", key -> "own").tier()).isEqualTo(Tier.LOADED);
    assertThat(guarded.getEntry("k", key -> "again").tier()).isEqualTo(Tier.L1);
    assertThat(guarded.peek("l")).isEmpty();
    assertThat(guarded.getAll(List.of("m"), keys -> java.util.Map.of("m", "v")))
        .containsEntry("m", "v");
    assertThat(other.get("k", key -> "?")).isEqualTo("v");
    assertThat(successes).hasValue(0);
  }

  @Test
  void makesWritesQueueAndHasThemRepeated() {
    other.put("k", "old");
    refuses.set(true);
    assertThat(guarded.put("k", "new")).isEqualTo(WriteResult.QUEUED);
    assertThat(guarded.putIfAbsent("l", "new")).isEqualTo(WriteResult.QUEUED);
    assertThat(guarded.invalidate("m")).isEqualTo(WriteResult.QUEUED);
    assertThat(guarded.compute("n", value -> "new")).isEqualTo(WriteResult.QUEUED);
    Await.until("all is repeated", Nodes.PATIENCE, () -> guarded.health().status() == Status.UP);
    Await.until(
        "others hear of it", Nodes.PATIENCE, () -> "new".equals(other.get("k", key -> "new")));
  }

  @Test
  void hasNoMeaningWithoutRedis() {
    assertThatThrownBy(
            () -> TieredCache.builder("local", Codec.string()).remoteGuard(Guard.none()).build())
        .hasMessageContaining("remoteGuard has no meaning without redis");
  }
}
