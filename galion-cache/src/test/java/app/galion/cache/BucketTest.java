package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.Bucket.Beat;
import app.galion.cache.Bucket.Verdict;
import app.galion.cache.Write.Kind;
import app.galion.spi.ComponentId;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of a bucket, each with the shortest history that needs it. */
class BucketTest {
  static final long LIMIT = 3000;
  static final long FAR = 1_000_000;

  final LocalTier<String, String> local =
      new LocalTier<>(100, new Names<>(new ComponentId("cache", "c"), null), new LongAdder());
  final Bucket bucket =
      new Bucket(
          0,
          local,
          -FAR,
          tickets -> tickets.forEach(ticket -> ticket.wake.complete(Ticket.Wake.LOOK)));

  @BeforeEach
  void verifyAtFive() {
    assertThat(bucket.heard(at(5, "five"), bucket.beat(100))).isEqualTo(Verdict.RESYNCED);
  }

  @Test
  void trafficIsNoProof() {
    store("k", "old", 150);
    assertThat(bucket.received(write(7, "seven", "six", Kind.INV, "other"))).isTrue();
    assertThat(bucket.verifiedAt).isEqualTo(100);
    assertThat(proven("k", 150 + LIMIT)).isTrue();
    assertThat(proven("k", 151 + LIMIT)).isFalse();
  }

  @Test
  void aProofIsDatedFromItsSend() {
    Beat beat = bucket.beat(200);
    bucket.received(write(6, "six", "five", Kind.INV, "other"));
    assertThat(bucket.heard(at(5, "five"), beat)).isEqualTo(Verdict.VERIFIED);
    assertThat(bucket.verifiedAt).isEqualTo(200);
  }

  @Test
  void aRepeatedNumberOfAnotherIdIsAnotherHistory() {
    store("k", "old", 150);
    Beat beat = bucket.beat(200);
    Position head = at(5, "other five");
    assertThat(bucket.heard(head, beat)).isEqualTo(Verdict.BEHIND);
    assertThat(bucket.replayed(head, beat, List.of(write(5, "other five", "four", Kind.INV, "k"))))
        .isEqualTo(Verdict.RESYNCED);
    assertThat(proven("k", 201)).isFalse();
  }

  @Test
  void aWriteDropsWhateverIsThereUnlessItIsTheWriteItself() {
    store("k", "a", 150);
    bucket.received(write(6, "a", "five", Kind.PUT, "k"));
    assertThat(local.get("k")).isNotNull();
    bucket.received(write(3, "b", "two", Kind.PUT, "k"));
    assertThat(local.get("k")).isNull();
  }

  @Test
  void aLostHistoryMakesOldEntriesSuspectAndLeavesThemThere() {
    store("k", "a", 150);
    assertThat(bucket.heard(new Position("other", 1, "seed"), bucket.beat(200)))
        .isEqualTo(Verdict.RESYNCED);
    assertThat(local.get("k")).isNotNull();
    assertThat(proven("k", 201)).isFalse();
  }

  @Test
  void aReadUnderWayOverAResyncIsNotStored() {
    Ticket ticket = bucket.open("k");
    bucket.heard(new Position("other", 1, "seed"), bucket.beat(200));
    assertThat(store(ticket, "a", 150)).isFalse();
    assertThat(local.get("k")).isNull();
  }

  @Test
  void theJournalFillsAGap() {
    store("k", "a", 150);
    Beat beat = bucket.beat(200);
    assertThat(bucket.heard(at(7, "seven"), beat)).isEqualTo(Verdict.BEHIND);
    assertThat(bucket.verifiedAt).isEqualTo(100);
    Verdict verdict =
        bucket.replayed(
            at(7, "seven"),
            beat,
            List.of(
                write(5, "five", "four", Kind.NOP, ""),
                write(6, "six", "five", Kind.INV, "k"),
                write(7, "seven", "six", Kind.INV, "l")));
    assertThat(verdict).isEqualTo(Verdict.VERIFIED);
    assertThat(local.get("k")).isNull();
    assertThat(bucket.position()).isEqualTo(at(7, "seven"));
    assertThat(bucket.verifiedAt).isEqualTo(200);
  }

  @Test
  void aJournalThatDoesNotReachBackIsNoProofForOldEntries() {
    store("k", "a", 150);
    Beat beat = bucket.beat(200);
    assertThat(
            bucket.replayed(at(7, "seven"), beat, List.of(write(7, "seven", "six", Kind.INV, "l"))))
        .isEqualTo(Verdict.RESYNCED);
    assertThat(proven("k", 201)).isFalse();
  }

  @Test
  void movesByExactlyOneWrite() {
    assertThat(bucket.received(write(7, "seven", "six", Kind.INV, "l"))).isTrue();
    assertThat(bucket.position()).isEqualTo(at(5, "five"));
    assertThat(bucket.received(write(6, "six", "another five", Kind.INV, "l"))).isTrue();
    assertThat(bucket.position()).isEqualTo(at(5, "five"));
    assertThat(bucket.received(write(6, "six", "five", Kind.INV, "l"))).isFalse();
    assertThat(bucket.position()).isEqualTo(at(6, "six"));
  }

  @Test
  void appliesItsOwnReplyBeforeTheMessageComes() {
    store("k", "a", 150);
    bucket.acknowledged(Kind.INV, "k", at(6, "mine"), 200);
    assertThat(local.get("k")).isNull();
    store("k", "b", 250);
    bucket.received(write(6, "mine", "five", Kind.INV, "k"));
    assertThat(local.get("k")).isNotNull();
  }

  @Test
  void aReadThatCrossedAWriteIsNotStored() {
    Ticket ticket = bucket.open("k");
    bucket.received(write(6, "b", "five", Kind.PUT, "k"));
    assertThat(store(ticket, "a", 150)).isFalse();
  }

  @Test
  void aRefusedResultStillDropsTheOlderOne() {
    Ticket newer = bucket.open("k");
    bucket.received(write(6, "b", "five", Kind.PUT, "k"));
    bucket.received(write(7, "c", "b", Kind.PUT, "k"));
    Ticket late = bucket.open("k");
    assertThat(store(late, "a", 150)).isTrue();
    assertThat(store(newer, "c", 160)).isFalse();
    assertThat(local.get("k")).isNull();
  }

  @Test
  void aStoreSupersedesRepliesThatAreStillOnTheirWay() {
    Ticket older = bucket.open("k");
    Ticket newer = bucket.open("k");
    assertThat(store(newer, "b", 160)).isTrue();
    assertThat(store(older, "a", 150)).isFalse();
  }

  @Test
  void aFlightWhoseKeyWasWrittenIsNotJoined() {
    Flight<String> flight = new Flight<>();
    flight.onTicket(bucket.open("k"), 150);
    assertThat(flight.joinable(150, LIMIT)).isTrue();
    bucket.received(write(6, "b", "five", Kind.INV, "k"));
    assertThat(flight.joinable(150, LIMIT)).isFalse();
    flight.waits();
    assertThat(flight.joinable(150, LIMIT)).isTrue();
  }

  @Test
  void aFlightLongerAgoThanTheLimitIsNotJoinedWithoutAProof() {
    Flight<String> flight = new Flight<>();
    flight.onTicket(bucket.open("k"), 150);
    assertThat(flight.joinable(150 + LIMIT, LIMIT)).isTrue();
    assertThat(flight.joinable(151 + LIMIT, LIMIT)).isFalse();
    bucket.heard(at(5, "five"), bucket.beat(200));
    assertThat(flight.joinable(151 + LIMIT, LIMIT)).isTrue();
  }

  @Test
  void aWakeUpThatOvertakesTheReplyIsKept() {
    Ticket ticket = bucket.open("k");
    bucket.received(write(6, "b", "five", Kind.INV, "k"));
    assertThat(ticket.wake).isCompleted();
  }

  @Test
  void aQueuedWriteKeepsItsKeyAwayFromRedis() {
    store("k", "a", 150);
    bucket.unacknowledged("k");
    assertThat(local.get("k")).isNull();
    assertThat(bucket.gated("k")).isTrue();
    assertThat(bucket.gated("l")).isFalse();
    assertThat(store(bucket.open("k"), "a", 160)).isFalse();
  }

  @Test
  void aDrainRemovesOnlyWhatItWasSentFor() {
    bucket.unacknowledged("k");
    Outbox.Item sent = bucket.queuedItems().get(0);
    bucket.unacknowledged("k");
    bucket.drained(sent);
    assertThat(bucket.gated("k")).isTrue();
    bucket.drained(bucket.queuedItems().get(0));
    assertThat(bucket.gated("k")).isFalse();
  }

  @Test
  void repeatsAnOwnWriteWhoseNumberAnotherTook() {
    bucket.acknowledged(Kind.INV, "k", at(6, "mine"), 200);
    bucket.received(write(6, "theirs", "five", Kind.INV, "l"));
    assertThat(bucket.gated("k")).isTrue();
  }

  @Test
  void repeatsAnOwnWriteThatAHeadDoesNotKnow() {
    bucket.acknowledged(Kind.INV, "k", at(6, "mine"), 200);
    bucket.heard(at(5, "five"), bucket.beat(190));
    assertThat(bucket.gated("k")).isFalse();
    bucket.heard(at(5, "five"), bucket.beat(210));
    assertThat(bucket.gated("k")).isTrue();
  }

  @Test
  void repeatsAnOwnWriteWhoseReplyIsOfAHistoryThatWasLeft() {
    bucket.received(write(6, "theirs", "five", Kind.INV, "l"));
    bucket.acknowledged(Kind.INV, "k", at(6, "mine"), 200);
    assertThat(bucket.gated("k")).isTrue();
  }

  @Test
  void repeatsOwnWritesAfterAResync() {
    bucket.acknowledged(Kind.INV, "k", at(6, "mine"), 200);
    bucket.heard(new Position("other", 9, "x"), bucket.beat(210));
    assertThat(bucket.gated("k")).isTrue();
  }

  @Test
  void forgetsItsTickets() {
    for (int i = 0; i < 100; i++) {
      bucket.close(bucket.open("k" + i));
      store(bucket.open("k" + i), "a", 150);
    }
    assertThat(bucket.openTickets()).isZero();
  }

  @Test
  void manyQueuedKeysBecomeOneClear() {
    for (int i = 0; i < 1001; i++) {
      bucket.unacknowledged("k" + i);
    }
    assertThat(bucket.queuedItems()).containsExactly(new Outbox.Item(null, 1001));
    assertThat(bucket.gated("any")).isTrue();
  }

  private void store(String key, String id, long provenAt) {
    assertThat(store(bucket.open(key), id, provenAt)).isTrue();
  }

  private boolean store(Ticket ticket, String id, long provenAt) {
    return bucket.store(
        local,
        ticket.name,
        ticket,
        new LocalEntry<>("v", id, ticket, provenAt, FAR, FAR, provenAt, Tags.NONE),
        true);
  }

  private boolean proven(String key, long now) {
    LocalEntry<String> entry = local.get(key);
    return entry != null && entry.proven(now, LIMIT);
  }

  private static Position at(long n, String id) {
    return new Position("e", n, id);
  }

  private static Write write(long n, String id, String before, Kind kind, String key) {
    return new Write(0, at(n, id), before, kind, key);
  }
}
