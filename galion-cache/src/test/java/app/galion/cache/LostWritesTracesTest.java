package app.galion.cache;

import static app.galion.cache.Steps.K;
import static app.galion.cache.Steps.L;

import app.galion.cache.SteppedRemote.Trip;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shortest histories that need the rules about writes which Redis did not take, or lost. */
class LostWritesTracesTest {
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
  void aKeyWhoseWriteIsQueuedIsNotReadFromRedis() {
    traces.need(
        BrokenRule.OUTBOX_GATES_READS,
        s -> {
          s.done(s.put(s.a, K));
          s.inv(s.a, K);
          s.lose(s.a, "inv");
          return s.value(s.a, K) == s.rows[K];
        });
  }

  @Test
  void aGetThatWaitedDoesNotReadRedisOnceAWriteOfItsKeyIsQueued() {
    traces.need(
        BrokenRule.OUTBOX_GATES_READS,
        s -> {
          s.loadsWait = true;
          s.get(s.a, K);
          s.go(s.a);
          s.get(s.b, K); /* waits for a's lease */
          s.go(s.b);
          s.loadsWait = false;
          s.done(s.put(s.a, K));
          s.inv(s.b, K);
          s.lose(s.b, "inv"); /* which wakes who waits */
          var joined = s.get(s.b, K);
          s.go(s.b);
          return Steps.valueOf(joined) == s.rows[K];
        });
  }

  @Test
  void aRepetitionEndsOnlyWhatItWasSentFor() {
    traces.need(
        BrokenRule.DRAIN_REMOVES_ONLY_WHAT_IT_SENT,
        s -> {
          s.inv(s.a, K);
          s.lose(s.a, "inv");
          s.beatIsSent(s.a);
          Trip beat = s.sent(s.a, "beat");
          s.execute(beat);
          s.answer(s.a, beat);
          Trip repetition = s.sent(s.a, "inv");
          s.execute(repetition);
          s.value(s.b, K); /* fills what the second write will make old */
          s.inv(s.a, K);
          s.lose(s.a, "inv");
          s.answer(s.a, repetition);
          return s.value(s.a, K) == s.rows[K];
        });
  }

  @Test
  void aLostWriteIsRepeatedWhenAnotherHasItsNumber() {
    traces.need(
        BrokenRule.REISSUE_LOST_OWN_WRITES,
        s -> {
          loseTheInvalidationOf(s);
          s.done(s.inv(s.b, L));
          return isRepeated(s);
        });
  }

  @Test
  void aLostWriteIsRepeatedThoughNothingFollowedIt() {
    traces.need(
        BrokenRule.REISSUE_EVEN_WITHOUT_A_FORK,
        s -> {
          loseTheInvalidationOf(s);
          s.miss(s.a);
          return isRepeated(s);
        });
  }

  /** A's invalidation of k is acknowledged and lost by a failover. */
  private static void loseTheInvalidationOf(Steps s) {
    s.done(s.put(s.b, K));
    s.settle();
    s.redis.stopReplication();
    s.done(s.inv(s.a, K));
    s.redis.failOver();
    s.pass(Duration.ofMillis(1));
  }

  @Test
  void aLostWriteIsRepeatedThoughItsReplyComesLate() {
    traces.need(
        BrokenRule.REISSUE_CHECKS_LATE_REPLIES,
        s -> {
          s.done(s.put(s.b, K));
          s.settle();
          s.redis.stopReplication();
          s.inv(s.a, K);
          Trip lost = s.sent(s.a, "inv");
          s.execute(lost);
          s.redis.failOver();
          s.miss(s.a, s.b, s.c);
          s.done(s.inv(s.b, L));
          s.hear(s.a);
          s.answer(s.a, lost);
          return isRepeated(s);
        });
  }

  private static boolean isRepeated(Steps s) {
    s.settle();
    s.beat(s.a);
    s.settle();
    return s.value(s.c, K) == s.rows[K];
  }
}
