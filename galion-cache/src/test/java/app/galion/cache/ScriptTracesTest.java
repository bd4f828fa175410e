package app.galion.cache;

import static app.galion.cache.Steps.K;
import static app.galion.cache.Steps.L;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.SteppedRemote.Trip;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shortest histories that need the rules which hold in Redis. */
class ScriptTracesTest {
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
  void aFillIsAsOldAsItsLease() {
    traces.need(
        BrokenRule.ENTRY_DATES_FROM_LEASE,
        s -> {
          beginLoad(s, s.a);
          s.rows[K]++;
          s.done(s.clear(s.b));
          endLoads(s);
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aWriteTakesTheLeaseAway() {
    traces.need(
        BrokenRule.WRITE_VOIDS_LEASE,
        s -> {
          beginLoad(s, s.a);
          s.done(s.inv(s.b, K));
          endLoads(s);
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aFillWithoutALeaseIsRefused() {
    traces.need(
        BrokenRule.FILL_NEEDS_LIVE_LEASE,
        s -> {
          beginLoad(s, s.a);
          s.redis.evict("L:" + s.name(K));
          s.done(s.inv(s.b, K));
          endLoads(s);
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aFillUnderTheLeaseOfAnotherIsRefused() {
    traces.need(
        BrokenRule.FILL_NEEDS_OWN_TOKEN,
        s -> {
          beginLoad(s, s.a);
          ModelLoad old = s.loads.get(0);
          s.done(s.inv(s.b, K));
          beginLoad(s, s.b);
          s.load(old);
          s.go(s.a);
          s.loadsWait = false;
          return s.hasNo(K) && s.value(s.c, L) == s.rows[L];
        });
  }

  @Test
  void aLostMarkerHidesWhatIsOlder() {
    traces.need(
        BrokenRule.MISSING_MARKER_FAILS_CLOSED,
        s -> {
          s.done(s.put(s.a, K));
          s.rows[K]++;
          s.done(s.clear(s.a));
          s.redis.evict("G");
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aLostHeadHidesWhatIsOlder() {
    traces.need(
        BrokenRule.EPOCH_IN_ENTRY,
        s -> {
          s.done(s.put(s.a, K));
          s.redis.evict("H");
          s.rows[K]++;
          s.done(s.clear(s.b));
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aLostTagTableHidesWhatIsOlder() {
    traces.need(
        BrokenRule.MISSING_TAG_TABLE_FAILS_CLOSED,
        s -> {
          s.done(s.put(s.a, K));
          s.rows[K]++;
          s.done(s.tag(s.a, ModelCalls.TAG));
          s.redis.evict("T");
          s.done(s.tag(s.a, "other"));
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aTagTableSpeaksForItsOwnEpochOnly() {
    traces.need(
        BrokenRule.EPOCH_IN_TAG_TABLE,
        s -> {
          s.done(s.put(s.a, K));
          s.rows[K]++;
          s.done(s.tag(s.a, ModelCalls.TAG));
          var get = s.get(s.c, K);
          Trip read = s.sent(s.c, "MGET");
          s.execute(read);
          s.redis.evict("H");
          s.done(s.tag(s.b, "other"));
          s.answer(s.c, read);
          s.go(s.c);
          return Steps.valueOf(get) == s.rows[K];
        });
  }

  @Test
  void aPutThatTimedOutDoesNotExecuteLater() {
    traces.need(
        BrokenRule.PUT_CARRIES_EXECUTE_BY,
        s -> {
          s.put(s.a, K);
          Trip late = s.sent(s.a, "put");
          s.pass(ModelNode.REDIS_TIMEOUT);
          s.timeOut(s.a, late);
          s.pass(Duration.ofMillis(1));
          s.done(s.put(s.b, K));
          s.execute(late);
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aPutUnderAConditionDoesNotExecuteIfAnotherCameBefore() {
    traces.need(
        BrokenRule.PUT_NEEDS_WHAT_IT_SAW,
        s -> {
          s.done(s.put(s.a, K));
          s.expire(s.a, K);
          Trip read = s.sent(s.a, "MGET");
          s.execute(read);
          s.answer(s.a, read);
          Trip late = s.sent(s.a, "put");
          s.done(s.put(s.b, K));
          s.execute(late);
          s.answer(s.a, late);
          s.go(s.a);
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aRenewalDoesNotBringBackALeaseThatIsLost() {
    traces.need(
        BrokenRule.RENEWAL_NEEDS_LIVE_LEASE,
        s -> {
          beginLoad(s, s.a);
          s.done(s.inv(s.b, K));
          s.pass(Duration.ofSeconds(3));
          s.go(s.a);
          endLoads(s);
          return s.value(s.c, K) == s.rows[K];
        });
  }

  @Test
  void aRenewalThatIsLostDoesNotLoseTheLease() {
    boolean kept =
        traces.tell(
            s -> {
              beginLoad(s, s.a);
              s.pass(Duration.ofSeconds(3));
              s.lose(s.a, "extend");
              endLoads(s);
              var get = s.get(s.c, K);
              s.go(s.c);
              return get.join().tier() == Tier.L2;
            });
    assertThat(kept).isTrue();
  }

  private static void beginLoad(Steps s, ModelNode node) {
    s.loadsWait = true;
    s.get(node, K);
    s.go(node);
  }

  private static void endLoads(Steps s) {
    s.loadsWait = false;
    s.load(s.loads.get(0));
    s.go(s.a);
  }
}
