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
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Random requests on a clock that a test moves, decided by Bucket4j and by Redis. */
class StoreAgreesTest {

  static final int POLICIES = 60;
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
    RedisScript script = RedisScript.resource(RedisLimits.class, "decide.lua");
    try (RedisServer server = RedisServer.start();
        RedisLink link = RedisLink.builder("t" + UUID.randomUUID(), server.uri()).build()) {
      assertThat(link.awaitAvailable(PATIENT)).isTrue();
      byte[] prefix = link.key("r1:");
      for (long seed = 1; seed <= POLICIES; seed++) {
        Random random = new Random(seed);
        long n = 1 + random.nextInt(50);
        long period = 1 + random.nextInt(1_000_000);
        LimitKey key =
            RatePolicy.tokenBucket("p" + seed, n, Duration.ofNanos(period * 1_000)).by("user");
        for (int step = 0; step < STEPS; step++) {
          micros.addAndGet(random.nextInt((int) Math.max(2, period / n * 2)));
          long cost = random.nextInt((int) Math.min(n, 5) + 1);
          Request request = Request.of(cost, key);
          Batch batch = new Batch();
          batch.add(new Ask(request));
          Reply reply =
              RedisLink.join(
                  link.eval(script, batch.redisKeys(prefix), batch.args(micros.get()), PATIENT));
          Said redis = said(batch, reply);
          Decision decision = store.decide(request);
          String what = "seed " + seed + ", step " + step + ": " + cost + " of " + n + "/" + period;
          assertThat(decision.allowed()).as(what).isEqualTo(redis.allowed());
          assertThat(decision.binding().remaining()).as(what).isEqualTo(redis.remaining());
          assertThat(decision.retryAfter().toNanos() / 1_000.0)
              .as(what)
              .isCloseTo(redis.waitMicros(), within(1.0));
        }
      }
    }
  }

  record Said(boolean allowed, long waitMicros, long remaining) {}

  private static Said said(Batch batch, Reply reply) {
    Said[] said = new Said[1];
    batch.read(
        reply,
        new Batch.Answers() {
          @Override
          public void answered(
              Batch.Group group, RedisStanding standing, int admitted, long waitMicros) {
            said[0] =
                new Said(
                    admitted == 1,
                    admitted == 1 ? 0 : waitMicros,
                    standing.limits(admitted).get(0).remaining());
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
    return said[0];
  }
}
