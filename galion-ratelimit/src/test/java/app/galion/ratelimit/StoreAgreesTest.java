package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random requests on a clock that a test moves, decided by Bucket4j and by Redis. */
class StoreAgreesTest {

  static final int TOGETHER = 60;
  static final int STEPS = 150;

  final AtomicLong micros = new AtomicLong(1_700_000_000_000_000L);
  final TimeMeter clock =
      new TimeMeter() {
        @Override
        public long currentTimeNanos() {
          return micros.get() * 1_000;
        }

        @Override
        public boolean isWallClockBased() {
          return true;
        }
      };
  final StoreBuckets store = new StoreBuckets(MapStore.of(clock), "t:", Ticker.system());

  @Test
  void aBucketOfOneLimitSaysTheSameInBoth() throws Exception {
    agree(9_000);
  }

  @Test
  @Tag("long")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void aBucketOfOneLimitSaysTheSameInBothAMillionTimes() throws Exception {
    agree(1_000_000);
    System.out.printf("Bucket4j and the script agreed on %d steps%n", 1_000_000);
  }

  /** Some buckets of about the same rate, asked together in Redis and one by one in the store. */
  private void agree(int steps) throws Exception {
    RedisScript script = RedisScript.resource(RedisLimits.class, "decide.lua");
    try (RedisServer server = RedisServer.startOwn();
        RedisLink link = Node.link("t" + UUID.randomUUID(), server.uri())) {
      assertThat(link.awaitAvailable(PATIENT)).isTrue();
      int taken = 0;
      for (long seed = 1; taken < steps; seed++) {
        Random random = new Random(seed);
        // of some minutes: whatever time the test takes, the server lets no state expire
        long apart = 300_000_000L + random.nextInt(1_000_000_000);
        List<LimitKey> keys = new ArrayList<>();
        for (int i = 0; i < TOGETHER; i++) {
          long n = 1 + random.nextInt(50);
          long period = n * apart / 2 + random.nextInt(1_000_000);
          keys.add(
              RatePolicy.tokenBucket("p" + i, n, Duration.ofNanos(period * 1_000))
                  .by("user" + seed));
        }
        for (int step = 0; step < STEPS && taken < steps; step++, taken += TOGETHER) {
          micros.addAndGet((long) (random.nextDouble() * apart * 2));
          compare(link, script, random, keys, "seed " + seed + ", step " + step);
        }
      }
    }
  }

  private void compare(
      RedisLink link, RedisScript script, Random random, List<LimitKey> keys, String when) {
    Batch batch = new Batch();
    List<Request> requests = new ArrayList<>();
    for (LimitKey key : keys) {
      long n = key.policy().limits().get(0).n();
      requests.add(Request.of(random.nextInt((int) Math.min(n, 5) + 1), key));
      batch.add(new Ask(requests.get(requests.size() - 1)));
    }
    byte[] prefix = link.key("r1:");
    Reply reply =
        RedisLink.join(
            link.eval(script, batch.redisKeys(prefix), batch.args(micros.get()), PATIENT));
    List<Said> said = said(batch, reply);
    for (int i = 0; i < requests.size(); i++) {
      Said redis = said.get(i);
      Decision decision = store.decide(requests.get(i));
      String what = when + ": " + requests.get(i).costs[0] + " of " + keys.get(i).policy();
      assertThat(decision.allowed()).as(what).isEqualTo(redis.allowed());
      assertThat(decision.binding().remaining()).as(what).isEqualTo(redis.remaining());
      assertThat(decision.retryAfter().toNanos() / 1_000.0)
          .as(what)
          .isCloseTo(redis.waitMicros(), within(1.0));
    }
  }

  record Said(boolean allowed, long waitMicros, long remaining) {}

  private static List<Said> said(Batch batch, Reply reply) {
    List<Said> said = new ArrayList<>();
    batch.read(
        reply,
        new Batch.Answers() {
          @Override
          public void answered(
              Batch.Group group, RedisStanding standing, int admitted, long waitMicros) {
            said.add(
                new Said(
                    admitted == 1,
                    admitted == 1 ? 0 : waitMicros,
                    standing.limits(admitted).get(0).remaining()));
          }

          @Override
          public void done(Batch.Group group) {
            throw new AssertionError("a decision was asked for");
          }

          @Override
          public void elsewhen(Batch.Group group) {
            throw new AssertionError("no key counts by the calendar");
          }

          @Override
          public void foreign(Batch.Group group) {
            throw new AssertionError("no key is foreign");
          }
        });
    return said;
  }
}
