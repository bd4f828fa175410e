package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis lost what said which entries are old, or everything. */
class LostHistoryTest {
  private static final List<String> KEYS = IntStream.range(0, 30).mapToObj(i -> "k" + i).toList();

  RedisServer server;
  Nodes nodes;

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
    nodes = Nodes.of(3, server);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  private String place(String key, String suffix) {
    return nodes.app
        + ":c1:{"
        + KeyName.of("users", key).bucket(Remote.BUCKETS)
        + "}:users:"
        + suffix;
  }

  private void assertStillThere() {
    assertThat(KEYS)
        .allSatisfy(
            key -> assertThat(server.command("EXISTS", place(key, "E:" + key))).isEqualTo(1L));
  }

  private void evict(String suffix) {
    KEYS.forEach(key -> server.command("DEL", place(key, suffix)));
  }

  private void nobodyShowsTheOld() {
    for (TieredCache<String, String> cache : nodes.caches) {
      KEYS.forEach(key -> assertThat(cache.get(key, k -> "new")).isEqualTo("new"));
    }
  }

  @Test
  void whatAClearHidIsNotShownThoughItsMarkerWasEvicted() {
    KEYS.forEach(key -> nodes.get(0).put(key, "old"));
    assertThat(nodes.get(0).clear()).isEqualTo(WriteResult.APPLIED);
    assertStillThere();
    evict("G");
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    for (TieredCache<String, String> cache : nodes.caches) {
      KEYS.forEach(
          key -> assertThat(cache.getEntry(key, strict, k -> "new").value()).isEqualTo("new"));
    }
  }

  @Test
  void whatATagHidIsNotShownThoughItsTableWasEvicted() {
    KEYS.forEach(key -> nodes.get(0).put(key, "old", "team"));
    assertThat(nodes.get(0).invalidateTags("team")).isEqualTo(WriteResult.APPLIED);
    assertStillThere();
    evict("T");
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    for (TieredCache<String, String> cache : nodes.caches) {
      KEYS.forEach(
          key -> assertThat(cache.getEntry(key, strict, k -> "new").value()).isEqualTo("new"));
    }
  }

  @Test
  void afterAFlushNothingOfBeforeIsServedForLongerThanAProofHolds() {
    KEYS.forEach(key -> nodes.get(0).put(key, "old"));
    nodes.caches.forEach(
        cache -> KEYS.forEach(key -> assertThat(cache.get(key, k -> "?")).isEqualTo("old")));
    server.command("FLUSHALL");
    long flushed = Ticker.system().read();
    nodes.caches.forEach(cache -> Nodes.awaitVerifiedSince(cache, flushed, Nodes.PATIENCE));
    System.out.printf(
        "flush: all three nodes knew after %d ms%n",
        Duration.ofNanos(Ticker.system().read() - flushed).toMillis());
    nobodyShowsTheOld();
    assertThat(nodes.get(0).put("k0", "newer")).isEqualTo(WriteResult.APPLIED);
  }
}
