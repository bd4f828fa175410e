package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.Bucket.Beat;
import app.galion.cache.Bucket.Verdict;
import app.galion.cache.Write.Kind;
import app.galion.spi.ComponentId;
import app.galion.testkit.RedisServer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a node writes before it has heard a first heartbeat. */
class ColdStartTest {

  @Nested
  class OfABucket {
    final LocalTier<String, String> local =
        new LocalTier<>(100, new Names<>(new ComponentId("cache", "c"), null), new LongAdder());
    final Bucket bucket = new Bucket(0, local, -1_000_000, tickets -> {});

    @Test
    void startsAtTheFirstHeadAtOnceIfItWroteNothing() {
      assertThat(bucket.heard(at(5, "five"), bucket.beat(100))).isEqualTo(Verdict.RESYNCED);
      assertThat(bucket.position()).isEqualTo(at(5, "five"));
      assertThat(bucket.verifiedAt).isEqualTo(100);
    }

    @Test
    void keepsAWriteThatTheJournalShowsInTheHeadsHistory() {
      bucket.acknowledged(Kind.PUT, "k", at(4, "mine"), 90);
      assertThat(first(at(5, "five"), row(4, "mine", "three"), row(5, "five", "mine")))
          .isEqualTo(Verdict.RESYNCED);
      assertThat(bucket.hasQueued()).isFalse();
      assertThat(bucket.position()).isEqualTo(at(5, "five"));
      assertThat(bucket.verifiedAt).isEqualTo(100);
    }

    @Test
    void startsAtTheEndOfTheRowsThatItRead() {
      bucket.acknowledged(Kind.PUT, "k", at(5, "mine"), 90);
      first(at(5, "mine"), row(5, "mine", "four"), row(6, "six", "mine"));
      assertThat(bucket.hasQueued()).isFalse();
      assertThat(bucket.received(row(7, "seven", "six"))).isFalse();
    }

    @Test
    void goesOnWatchingAWriteThatWasThere() {
      bucket.acknowledged(Kind.PUT, "k", at(5, "mine"), 90);
      first(at(5, "mine"), row(5, "mine", "four"));
      bucket.heard(at(4, "four"), bucket.beat(200));
      assertThat(bucket.gated("k")).isTrue();
    }

    @Test
    void repeatsAWriteWhoseNumberAnotherHas() {
      bucket.acknowledged(Kind.PUT, "k", at(4, "mine"), 90);
      first(at(5, "five"), row(4, "theirs", "three"), row(5, "five", "theirs"));
      assertThat(bucket.gated("k")).isTrue();
    }

    @Test
    void repeatsAWriteThatTheJournalNoLongerReachesBackTo() {
      bucket.acknowledged(Kind.PUT, "k", at(3, "mine"), 90);
      first(at(5, "five"), row(4, "four", "mine"), row(5, "five", "four"));
      assertThat(bucket.gated("k")).isTrue();
    }

    @Test
    void repeatsAWriteIfTheRowsAreNoHistoryOfTheHead() {
      bucket.acknowledged(Kind.PUT, "k", at(4, "mine"), 90);
      first(at(5, "five"), row(4, "mine", "three"), row(5, "other five", "mine"));
      assertThat(bucket.gated("k")).isTrue();
    }

    @Test
    void repeatsAWriteOfAnotherEpochOrBeyondTheHead() {
      bucket.acknowledged(Kind.PUT, "k", new Position("other", 4, "mine"), 90);
      bucket.acknowledged(Kind.PUT, "l", at(6, "lost"), 90);
      assertThat(bucket.heard(at(5, "five"), bucket.beat(100))).isEqualTo(Verdict.RESYNCED);
      assertThat(bucket.gated("k")).isTrue();
      assertThat(bucket.gated("l")).isTrue();
    }

    @Test
    void leavesAWriteThatWasMadeAfterTheHeadWasReadToTheNextOne() {
      Beat beat = bucket.beat(100);
      bucket.acknowledged(Kind.PUT, "k", at(6, "mine"), 110);
      assertThat(bucket.heard(at(5, "five"), beat)).isEqualTo(Verdict.RESYNCED);
      assertThat(bucket.hasQueued()).isFalse();
      assertThat(bucket.received(row(6, "mine", "five"))).isFalse();
    }

    @Test
    void trustsNothingThatWasReadBefore() {
      Ticket ticket = bucket.open("k");
      LocalEntry<String> entry = new LocalEntry<>("v", "id", ticket, 90, 5000, 5000, 90, Tags.NONE);
      assertThat(bucket.store(local, "k", ticket, entry, true)).isFalse();
      bucket.heard(at(5, "five"), bucket.beat(100));
      assertThat(entry.proven(101, 3000)).isFalse();
    }

    private Verdict first(Position head, Write... rows) {
      Beat beat = bucket.beat(100);
      assertThat(bucket.heard(head, beat)).isEqualTo(Verdict.BEHIND);
      return bucket.replayed(head, beat, List.of(rows));
    }

    private static Position at(long n, String id) {
      return new Position("e", n, id);
    }

    private static Write row(long n, String id, String before) {
      return new Write(0, at(n, id), before, Kind.INV, "other");
    }
  }

  @Test
  void aPutBeforeTheFirstHeartbeatStays() {
    try (RedisServer server = RedisServer.start();
        Nodes nodes = Nodes.of(1, server)) {
      for (int round = 0; round < 5; round++) {
        String prefix = "k" + round + "-";
        TieredCache<String, String> late = nodes.add(builder -> builder);
        for (int i = 0; i < 100; i++) {
          assertThat(late.put(prefix + i, "v")).isEqualTo(WriteResult.APPLIED);
        }
        Nodes.awaitVerified(late);
        assertThat(late.core().buckets).allSatisfy(b -> assertThat(b.hasQueued()).isFalse());
        for (int i = 0; i < 100; i++) {
          assertThat(nodes.get(0).get(prefix + i, key -> "taken back")).isEqualTo("v");
        }
      }
    }
  }
}
