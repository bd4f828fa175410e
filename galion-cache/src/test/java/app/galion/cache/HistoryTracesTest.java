package app.galion.cache;

import static app.galion.cache.Steps.K;
import static app.galion.cache.Steps.L;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.SteppedRemote.Trip;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shortest histories that need the rules by which a node knows what it has applied. */
class HistoryTracesTest {
  private static Traces traces;

  @BeforeAll
  static void start() throws Exception {
    traces = new Traces();
  }

  @AfterAll
  static void stop() {
    traces.close();
  }

  @Test
  void aMessageIsNoProofThatNoneIsMissing() {
    traces.need(
        BrokenRule.PROOF_IS_A_ROUND_TRIP,
        s -> {
          s.value(s.b, K);
          s.pass(Duration.ofSeconds(2));
          s.done(s.inv(s.a, K));
          s.done(s.inv(s.a, L));
          s.hearLast(s.b);
          s.pass(Duration.ofMillis(1500));
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void aProofIsAsOldAsItsQuestion() {
    traces.need(
        BrokenRule.PROOF_DATES_FROM_SEND,
        s -> {
          s.value(s.b, K);
          s.settle();
          s.pass(Duration.ofMillis(100));
          s.beatIsSent(s.b);
          Trip beat = s.sent(s.b, "beat");
          s.execute(beat);
          s.done(s.inv(s.a, K));
          s.pass(Duration.ofMillis(200));
          s.answer(s.b, beat);
          s.pass(Duration.ofMillis(2900));
          return s.hit(s.b, K) == 0;
        });
  }

  /** Leaves b with the value of a put that a failover lost; another one has its number since. */
  private static void forkUnderB(Steps s) {
    s.done(s.put(s.a, K));
    s.settle();
    s.redis.stopReplication();
    s.done(s.put(s.a, K));
    s.hear(s.b);
    s.value(s.b, K);
    s.redis.failOver();
    s.done(s.put(s.c, K));
  }

  @Test
  void aHistoryIsNotKnownByItsLength() {
    traces.need(
        BrokenRule.CHAIN_BY_ID,
        s -> {
          forkUnderB(s);
          s.miss(s.b);
          s.beat(s.b);
          return s.hit(s.b, K) != s.rows[K] - 1;
        });
  }

  @Test
  void aWriteDropsAValueOfTheSameNumber() {
    traces.need(
        BrokenRule.DROP_WHATEVER_THE_VERSION,
        s -> {
          forkUnderB(s);
          s.hear(s.b);
          return s.hit(s.b, K) != s.rows[K] - 1;
        });
  }

  @Test
  void aSuspectValueIsNotConfirmedByItsNumber() {
    traces.need(
        BrokenRule.REVALIDATE_BY_ID,
        s -> {
          forkUnderB(s);
          s.miss(s.b);
          s.beat(s.b);
          s.value(s.b, K);
          return s.hit(s.b, K) != s.rows[K] - 1;
        });
  }

  @Test
  void aNewStartTrustsNoValueOfBefore() {
    traces.need(
        BrokenRule.RESYNC_SUSPECTS_OLD_ENTRIES,
        s -> {
          s.value(s.b, K);
          s.done(s.inv(s.a, K));
          s.redis.evict("H");
          s.beat(s.b);
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void aNewStartTrustsNoReadOfBefore() {
    traces.need(
        BrokenRule.RESYNC_VOIDS_TICKETS,
        s -> {
          s.done(s.put(s.a, K));
          s.settle();
          s.get(s.b, K);
          Trip read = s.sent(s.b, "MGET");
          s.execute(read);
          s.redis.evict("H");
          s.done(s.put(s.a, K));
          s.beat(s.b);
          s.answer(s.b, read);
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void aJournalThatBeginsLaterIsNoProof() {
    traces.need(
        BrokenRule.JOURNAL_MUST_COVER,
        s -> {
          s.value(s.b, K);
          s.done(s.inv(s.a, K));
          s.redis.evict("J");
          s.done(s.inv(s.a, L));
          s.miss(s.b);
          s.beat(s.b);
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void aJournalThatBeginsWhereItStandsReachesBackAndALaterOneDoesNot() {
    assertThat(traces.tell(s -> resyncs(s, 0))).isFalse();
    assertThat(traces.tell(s -> resyncs(s, 1))).isTrue();
  }

  private static boolean resyncs(Steps s, int beyond) {
    s.value(s.b, K);
    s.settle();
    int chain = s.b.bucket(0).chain;
    Position stands = s.b.bucket(0).position();
    s.done(s.inv(s.a, K));
    s.done(s.inv(s.a, L));
    s.miss(s.b);
    s.redis.trimJournal(Objects.requireNonNull(stands).n() + beyond);
    s.beat(s.b);
    assertThat(s.hit(s.b, K)).isZero();
    return s.b.bucket(0).chain != chain;
  }

  @Test
  void aLaterMessageIsNoReasonToMoveOn() {
    traces.need(
        BrokenRule.ADVANCE_BY_EXACTLY_ONE,
        s -> {
          s.value(s.b, K);
          s.done(s.inv(s.a, K));
          s.done(s.inv(s.a, L));
          s.hearLast(s.b);
          s.beat(s.b);
          return s.hit(s.b, K) == 0;
        });
  }
}
