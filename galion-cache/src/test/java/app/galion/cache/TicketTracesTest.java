package app.galion.cache;

import static app.galion.cache.Steps.K;
import static app.galion.cache.Steps.L;

import app.galion.cache.SteppedRemote.Trip;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shortest histories that need the rules about what a node keeps, joins and waits for. */
class TicketTracesTest {
  private static Traces traces;

  @BeforeAll
  static void start() throws Exception {
    traces = new Traces();
  }

  @AfterAll
  static void stop() {
    traces.close();
  }

  private static final ReadOptions STRICT = ReadOptions.of().maxStaleness(Duration.ZERO);
  private static final ReadOptions PAST_LOCAL = ReadOptions.of().skipLocal();

  @Test
  void aWriterSeesItsWriteBeforeItsMessage() {
    traces.need(
        BrokenRule.APPLY_OWN_REPLY,
        s -> {
          s.value(s.a, K);
          s.done(s.inv(s.a, K));
          return s.hit(s.a, K) == 0;
        });
  }

  @Test
  void aReadThatCrossedAWriteIsNotKept() {
    traces.need(
        BrokenRule.TICKETS,
        s -> {
          s.done(s.put(s.a, K));
          s.settle();
          s.get(s.b, K);
          Trip read = s.sent(s.b, "MGET");
          s.execute(read);
          s.done(s.put(s.a, K));
          s.hear(s.b);
          s.answer(s.b, read);
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void aNewerAnswerThatIsRefusedLeavesNoOlderValue() {
    traces.need(
        BrokenRule.REFUSED_STORE_DROPS_WHAT_IS_THERE,
        s -> {
          Trip[] reads = twoReadsOfB(s);
          s.answer(s.b, reads[0]);
          s.answer(s.b, reads[1]);
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void anOlderAnswerThatComesLaterIsNotKept() {
    traces.need(
        BrokenRule.STORE_SUPERSEDES_OTHER_TICKETS,
        s -> {
          Trip[] reads = twoReadsOfB(s);
          s.answer(s.b, reads[1]);
          s.answer(s.b, reads[0]);
          return s.hit(s.b, K) == 0 || s.hit(s.b, K) == s.rows[K];
        });
  }

  @Test
  void whatSkipsThisProcessIsNotKept() {
    traces.need(
        BrokenRule.SKIP_LOCAL_LEAVES_NOTHING,
        s -> {
          s.get(s.b, K, PAST_LOCAL);
          s.go(s.b);
          return keepsNothing(s.b, s);
        });
  }

  @Test
  void aRefreshOfWhatSkipsThisProcessIsNotKept() {
    traces.need(
        BrokenRule.SKIP_LOCAL_LEAVES_NOTHING,
        s -> {
          s.done(s.put(s.a, L));
          s.settle();
          s.pass(Duration.ofSeconds(5));
          var stale = s.get(s.b, L, PAST_LOCAL);
          s.rows[L]++;
          s.go(s.b);
          boolean refreshed = s.value(s.c, L) == s.rows[L];
          return stale.join().stale() && refreshed && keepsNothing(s.b, s);
        });
  }

  private static boolean keepsNothing(ModelNode node, Steps s) {
    return node.core.local.get(s.name(K)) == null && node.core.local.get(s.name(L)) == null;
  }

  @Test
  void whatSkipsThisProcessLeavesNoOlderValueThere() {
    traces.need(
        BrokenRule.PASSED_RESULT_DROPS_WHAT_IS_THERE,
        s -> {
          s.done(s.put(s.a, K));
          s.settle();
          s.value(s.b, K);
          s.done(s.put(s.a, K));
          s.get(s.b, K, PAST_LOCAL);
          s.go(s.b);
          return s.hit(s.b, K) == 0;
        });
  }

  @Test
  void anOlderAnswerThanOneThatSkippedThisProcessIsNotKept() {
    traces.need(
        BrokenRule.PASSED_RESULT_SUPERSEDES_OTHER_TICKETS,
        s -> {
          Trip[] reads = twoReadsOfB(s, PAST_LOCAL);
          s.answer(s.b, reads[1]);
          s.answer(s.b, reads[0]);
          return s.hit(s.b, K) == 0;
        });
  }

  private static Trip[] twoReadsOfB(Steps s) {
    return twoReadsOfB(s, STRICT);
  }

  /** Two reads of b under way, a put between them. */
  private static Trip[] twoReadsOfB(Steps s, ReadOptions ofTheNewer) {
    s.done(s.put(s.a, K));
    s.settle();
    s.get(s.b, K, STRICT);
    Trip older = s.sent(s.b, "MGET");
    s.get(s.b, K, ofTheNewer);
    Trip newer = s.sent(s.b, "MGET");
    s.execute(older);
    s.done(s.put(s.a, K));
    s.execute(newer);
    return new Trip[] {older, newer};
  }

  @Test
  void aGetOfAfterAWriteJoinsNoneOfBefore() {
    traces.need(
        BrokenRule.JOIN_ONLY_CLEAN_FLIGHTS,
        s -> {
          s.loadsWait = true;
          s.get(s.b, K);
          s.go(s.b);
          ModelLoad old = s.loads.get(0);
          s.done(s.inv(s.a, K));
          s.hear(s.b);
          s.loadsWait = false;
          var get = s.get(s.b, K);
          s.go(s.b);
          s.load(old);
          s.go(s.b);
          return Steps.valueOf(get) == s.rows[K];
        });
  }

  @Test
  void aWakeUpThatComesBeforeTheWaitIsNotLost() {
    traces.need(
        BrokenRule.REGISTER_WAITER_BEFORE_SEND,
        s -> {
          s.loadsWait = true;
          s.get(s.a, L);
          s.go(s.a);
          var get = s.get(s.b, L);
          Trip read = s.sent(s.b, "MGET");
          s.execute(read);
          s.answer(s.b, read);
          Trip acquire = s.sent(s.b, "acquire");
          s.execute(acquire); /* to be told to wait */
          s.load(s.loads.get(0));
          s.go(s.a);
          s.hear(s.b); /* that there is something to look for */
          s.answer(s.b, acquire);
          s.go(s.b);
          return get.isDone();
        });
  }
}
