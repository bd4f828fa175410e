package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The script under a clock that the test sets: steps of the clock, and refunds. */
class ServerClockTest {

  static final RedisScript DECIDE = RedisScript.resource(RedisLimits.class, "decide.lua");
  static final Duration PERIOD = Duration.ofNanos(100_000);
  static final RatePolicy BUCKET = RatePolicy.tokenBucket("bucket", 10, PERIOD);
  static final RatePolicy LOG = RatePolicy.slidingExact("log", 10, PERIOD);
  static final long NOW = 1_700_000_000_000_000L;

  static RedisServer server;
  static RedisLink link;

  LimitKey bucket = BUCKET.by("");
  LimitKey log = LOG.by("");

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    link = Node.link("t" + UUID.randomUUID(), server.uri());
    assertThat(link.awaitAvailable(PATIENT)).isTrue();
  }

  @AfterAll
  static void stop() {
    link.close();
    server.close();
  }

  @BeforeEach
  void freshSubject() {
    String subject = UUID.randomUUID().toString();
    bucket = BUCKET.by(subject);
    log = LOG.by(subject);
  }

  private static Reply send(long now, Ask... asks) {
    Batch batch = new Batch();
    for (Ask ask : asks) {
      batch.add(ask);
    }
    return RedisLink.join(
        link.eval(DECIDE, batch.redisKeys(link.key("r1:")), batch.args(now), PATIENT));
  }

  private static boolean admits(long now, LimitKey key, long cost) {
    return send(now, new Ask(Request.of(cost, key))).integer(1) == 1;
  }

  /** How many units pass one by one. */
  private static int admitted(long now, LimitKey key) {
    int admitted = 0;
    while (admits(now, key, 1)) {
      admitted++;
    }
    return admitted;
  }

  private static Ask refund(LimitKey key, long cost, long chargedAt) {
    LimitKey[] keys = {key};
    return new Ask(new Request(Act.ADJUST, keys, new long[] {-cost}, new long[] {chargedAt}));
  }

  @Test
  void aClockThatStepsBackRefillsNothingUntilItIsWhereItWas() {
    for (LimitKey key : new LimitKey[] {bucket, log}) {
      assertThat(admitted(NOW, key)).isEqualTo(10);
      assertThat(admitted(NOW - 3_600_000_000L, key)).isZero();
      assertThat(admitted(NOW - 1, key)).isZero();
    }
    assertThat(admitted(NOW + 50, bucket)).isEqualTo(5);
    assertThat(admitted(NOW + 99, log)).isZero();
    assertThat(admitted(NOW + 100, log)).isEqualTo(10);
  }

  @Test
  void whatIsAdmittedWhileTheClockIsBehindCountsFromWhereItWas() {
    for (LimitKey key : new LimitKey[] {bucket, log}) {
      assertThat(admits(NOW, key, 5)).isTrue();
      assertThat(admitted(NOW - 3_600_000_000L, key)).isEqualTo(5);
      assertThat(admitted(NOW, key)).isZero();
    }
  }

  @Test
  void theWaitAfterAStepBackCountsFromTheSteppedClock() {
    assertThat(admitted(NOW, bucket)).isEqualTo(10);
    Reply reply = send(NOW - 500, new Ask(bucket.alone()));
    assertThat(reply.integer(2)).isEqualTo(510);
  }

  @Test
  void aClockThatJumpsForwardAdmitsAtMostTheCapacityMore() {
    for (LimitKey key : new LimitKey[] {bucket, log}) {
      assertThat(admitted(NOW, key)).isEqualTo(10);
      assertThat(admitted(NOW + 315_360_000_000_000L, key)).isEqualTo(10);
    }
  }

  @Test
  void aRefundGivesBackWhatIsStillMissing() {
    assertThat(admits(NOW, bucket, 4)).isTrue();
    send(NOW, refund(bucket, 4, NOW));
    assertThat(admitted(NOW, bucket)).isEqualTo(10);
  }

  @Test
  void aRefundAfterARefillGivesBackOnlyWhatWasNotRefilled() {
    assertThat(admitted(NOW, bucket)).isEqualTo(10);
    send(NOW + 30, refund(bucket, 4, NOW));
    assertThat(admitted(NOW + 30, bucket)).as("3 refilled, 4 - 3 given back").isEqualTo(4);
    send(NOW + 70, refund(bucket, 4, NOW));
    assertThat(admitted(NOW + 70, bucket)).as("4 refilled, nothing given back").isEqualTo(4);
  }

  @Test
  void aPlaceThatIsLeftKeepsRefundsBackUntilItsMoment() {
    LimitKey slow = RatePolicy.tokenBucket("slow", 10, Duration.ofSeconds(100)).by(bucket.tag());
    long second = 1_000_000;
    LimitKey[] keys = {slow};
    assertThat(admits(NOW, slow, 10)).isTrue();
    Ask line = new Ask(slow.alone().as(Act.QUEUE, new long[] {50 * second}));
    assertThat(send(NOW, line).integer(2)).isEqualTo(10 * second);
    long[] place = {NOW, 110 * second, 100 * second};
    send(NOW + second, new Ask(new Request(Act.LEAVE, keys, new long[] {1}, place)));
    send(NOW + second, refund(slow, 10, NOW));
    assertThat(admitted(NOW + second, slow)).as("nobody waits any more, unseen").isZero();
    send(NOW + 10 * second, refund(slow, 10, NOW));
    assertThat(admitted(NOW + 10 * second, slow)).as("1 refilled, 9 given back").isEqualTo(10);
  }

  @Test
  void aRefundTakesItsOwnEntriesOutOfALog() {
    assertThat(admits(NOW, log, 3)).isTrue();
    assertThat(admits(NOW + 10, log, 4)).isTrue();
    send(NOW + 20, refund(log, 4, NOW + 10));
    assertThat(admitted(NOW + 20, log)).isEqualTo(7);
    send(NOW + 20, refund(log, 3, NOW + 10));
    assertThat(admitted(NOW + 20, log)).as("entries of another time stay").isZero();
  }

  @Test
  void aRefundOfAllLeavesNothingInALog() {
    assertThat(admits(NOW, log, 3)).isTrue();
    send(NOW, refund(log, 3, NOW));
    assertThat(server.command("EXISTS", link.app() + ":r1:{" + log.tag() + "}:log")).isEqualTo(0L);
  }

  @Test
  void aLookAtALeaseMayStandBeforeWhatTakesOneInACall() {
    LimitKey inFlight = RatePolicy.concurrency("in-flight", 3).by(bucket.tag());
    LimitKey[] keys = {inFlight};
    Reply reply =
        send(
            NOW,
            new Ask(Request.of(0, inFlight)),
            new Ask(new Request(Act.LEASE, keys, new long[] {2}, new long[] {7})),
            new Ask(Request.of(0, inFlight)));
    assertThat(reply.integer(1)).as("the first look").isEqualTo(1);
    assertThat(reply.integer(7)).as("the lease").isEqualTo(1);
    assertThat(reply.integer(17)).as("held at the second look").isEqualTo(2);
  }
}
