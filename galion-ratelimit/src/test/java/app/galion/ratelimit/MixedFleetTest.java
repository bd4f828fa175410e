package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Old and new nodes at once: one name, other limits. The script's clock is the test's. */
class MixedFleetTest {

  static final RedisScript DECIDE = RedisScript.resource(RedisLimits.class, "decide.lua");
  static final long START = 1_700_000_000_000_000L;
  static final long MINUTE = 60_000_000;

  static RedisServer server;
  static RedisLink link;

  record Admitted(long time, long cost) {}

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

  private static Reply send(long now, Request request) {
    Batch batch = new Batch();
    batch.add(new Ask(request));
    return RedisLink.join(
        link.eval(DECIDE, batch.redisKeys(link.key("r1:")), batch.args(now), PATIENT));
  }

  static RatePolicy policy(long n) {
    return RatePolicy.tokenBucket("live", n, Duration.ofMinutes(1));
  }

  /** The most that is admitted above refill in any time, in tokens times microseconds. */
  private static long worst(List<Admitted> admitted, long fastest) {
    long worst = 0;
    for (int from = 0; from < admitted.size(); from++) {
      long sum = 0;
      for (int to = from; to < admitted.size(); to++) {
        sum += admitted.get(to).cost;
        long refilled = (admitted.get(to).time - admitted.get(from).time) * fastest;
        worst = Math.max(worst, sum * MINUTE - refilled);
      }
    }
    return worst;
  }

  @Test
  void nodesWithOldAndNewLimitsNeverAdmitMoreThanTheLargestOfThem() {
    long[][] phases = {{100}, {100, 50}, {50}, {50, 200}, {100, 50, 200}, {200}};
    for (long seed = 1; seed <= 40; seed++) {
      Random random = new Random(seed);
      String subject = "s" + seed;
      List<Admitted> admitted = new ArrayList<>();
      long now = START;
      for (long[] limits : phases) {
        for (int step = 0; step < 40; step++) {
          now += random.nextInt(random.nextInt(10) == 0 ? 40_000_000 : 400_000);
          long n = limits[random.nextInt(limits.length)];
          long cost = 1 + random.nextInt((int) n / 2);
          Request request = Request.of(cost, policy(n).by(subject));
          boolean waits = random.nextInt(4) == 0;
          Reply reply = send(now, waits ? request.as(Act.QUEUE, new long[] {20_000_000}) : request);
          if (reply.integer(1) == 1) {
            admitted.add(new Admitted(now + (waits ? reply.integer(2) : 0), cost));
          }
        }
      }
      admitted.sort((one, other) -> Long.compare(one.time, other.time));
      assertThat(worst(admitted, 200)).as("seed %d", seed).isLessThanOrEqualTo(200 * MINUTE);
    }
  }

  @Test
  void aFleetConvergesToTheNewLimitInItsOwnTime() {
    LimitKey old = policy(200).by("converges");
    LimitKey fresh = policy(50).by("converges");
    assertThat(send(START, Request.of(200, old)).integer(1)).isOne();
    assertThat(send(START, fresh.alone()).integer(2))
        .as("151 tokens at 50 a minute")
        .isEqualTo(151 * MINUTE / 50);
    long later = START + 4 * MINUTE;
    assertThat(send(later, Request.of(50, fresh)).integer(1)).isOne();
    assertThat(send(later, fresh.alone()).integer(1)).isZero();
    assertThat(send(later + MINUTE, Request.of(50, fresh)).integer(1)).isOne();
    assertThat(send(later + MINUTE, Request.of(150, old)).integer(1))
        .as("a node that is late with the new limit has 200 less what was used")
        .isOne();
    assertThat(send(later + MINUTE, old.alone()).integer(1)).isZero();
  }

  private static long used(LimitKey log, long now, long most) {
    long admitted = 0;
    while (admitted < most && send(now, log.alone()).integer(1) == 1) {
      admitted++;
    }
    return admitted;
  }

  @Test
  void aSmallerLogThatGivesBackForgetsNothingThatALargerOneCounts() {
    LimitKey old = RatePolicy.slidingExact("log", 10, Duration.ofMinutes(1)).by("mixed");
    LimitKey fresh = RatePolicy.slidingExact("log", 4, Duration.ofMinutes(1)).by("mixed");
    assertThat(used(old, START, 9)).isEqualTo(9);
    assertThat(used(old, START + 1, 9)).isOne();
    LimitKey[] keys = {fresh};
    send(START + 2, new Request(Act.ADJUST, keys, new long[] {-1}, new long[] {START + 1}));
    assertThat(send(START + 2, fresh.alone()).integer(1)).isZero();
    assertThat(used(old, START + 2, 20)).as("of 10, where 9 are in the window").isOne();
  }

  @Test
  void aLogOfAShorterWindowForgetsAtMostOneNumberOfALongerOne() {
    LimitKey old = RatePolicy.slidingExact("log", 10, Duration.ofMinutes(1)).by("window");
    LimitKey fresh = RatePolicy.slidingExact("log", 10, Duration.ofSeconds(1)).by("window");
    long later = START + 2_000_000;
    long admitted = used(old, START, 20) + used(fresh, later, 1) + used(old, later, 20);
    System.out.printf("shorter window: admitted %d in a minute, bound 20%n", admitted);
    assertThat(admitted).isGreaterThan(10).isLessThanOrEqualTo(20);
  }

  @Test
  void everyConversionKeepsWhatWasUsedAndAtMostRoundsItUp() {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      long from = 1 + random.nextInt(100_000);
      long to = from + random.nextInt(100_000);
      long used = 1 + random.nextInt((int) from);
      String subject = "c" + i;
      send(START, Request.of(used, policy(from).by(subject)));
      Request rest = Request.of(to - used + 1, policy(to).by(subject));
      String what = used + " of " + from + ", now of " + to;
      assertThat(send(START, rest).integer(1)).as(what).isZero();
      Request most = Request.of(Math.max(0, to - used - 1), policy(to).by(subject));
      assertThat(send(START, most).integer(1)).as(what).isOne();
    }
  }
}
