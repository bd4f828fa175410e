package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.ComponentId;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** A suspended machine must not vouch with proofs that only look young. */
class SuspensionTest {

  @Test
  void seesTheWallClockMoveApartFromTheTicker() {
    FakeTicker ticker = new FakeTicker();
    AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    Suspension suspension = new Suspension(ticker, wall::get);
    assertThat(suspension.noticed()).isFalse();
    ticker.advance(Duration.ofHours(1));
    wall.updateAndGet(now -> now.plus(Duration.ofHours(1)).plusMillis(900));
    assertThat(suspension.noticed()).isFalse();
    wall.updateAndGet(now -> now.plusMillis(1100));
    assertThat(suspension.noticed()).isTrue();
    assertThat(suspension.noticed()).isFalse();
    wall.updateAndGet(now -> now.minusMillis(1100));
    assertThat(suspension.noticed()).isTrue();
  }

  @Test
  void suspectsWhatWasProvenBeforeAndKeepsIt() {
    LocalTier<String, String> local =
        new LocalTier<>(9, new Names<>(new ComponentId("cache", "c"), null), new LongAdder());
    Bucket bucket = new Bucket(0, local, 0, tickets -> {});
    bucket.resync(new Position("e", 1, "one"), 100);
    Ticket ticket = bucket.open("k");
    LocalEntry<String> entry = new LocalEntry<>("v", "id", ticket, 100, 5000, 5000, 100, Tags.NONE);
    assertThat(bucket.store(local, "k", ticket, entry, true)).isTrue();
    Ticket underWay = bucket.open("l");
    bucket.suspect(-5000);
    assertThat(entry.proven(101, 3000)).isFalse();
    assertThat(underWay.admits("any")).isFalse();
    assertThat(local.get("k")).isSameAs(entry);
  }

  @Test
  void readsEntriesAgainAfterASuspension() {
    AtomicReference<Duration> slept = new AtomicReference<>(Duration.ZERO);
    InstantSource wall = () -> InstantSource.system().instant().plus(slept.get());
    try (RedisServer server = RedisServer.start();
        Nodes nodes = Nodes.of(1, server, builder -> builder.wallClock(wall))) {
      TieredCache<String, String> cache = nodes.get(0);
      cache.put("k", "v");
      assertThat(cache.getEntry("k", key -> "?").tier()).isEqualTo(Tier.L1);
      slept.set(Duration.ofHours(1));
      Await.until(
          "the suspension is noticed",
          Nodes.PATIENCE,
          () -> cache.core().counters.suspensions.sum() == 1);
      assertThat(cache.getEntry("k", key -> "v").tier()).isNotEqualTo(Tier.L1);
      Nodes.awaitVerified(cache);
    }
  }
}
