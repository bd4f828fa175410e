package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Sixteen callers of one limit, and what they and the server count while trouble is made. */
abstract class UnderLoad {

  static final long PLENTY = 10_000_000;
  static final LimitKey COUNTED =
      RatePolicy.tokenBucket("counted", PLENTY, Duration.ofDays(1_000))
          .deadline(Duration.ofMillis(250))
          .onFailure(FailurePolicy.FAIL_CLOSED)
          .by("everybody");

  final AtomicBoolean enough = new AtomicBoolean();
  final LongAdder asked = new LongAdder();
  final LongAdder byRedis = new LongAdder();
  final LongAdder unknown = new LongAdder();

  abstract RateLimiter limiter();

  final Source ask() {
    asked.increment();
    Decision decision = limiter().check(COUNTED);
    if (decision.source() == Source.REDIS) {
      assertThat(decision.reason()).isEqualTo(Reason.ADMITTED);
      byRedis.increment();
    } else {
      assertThat(decision.source()).isEqualTo(Source.FAIL_CLOSED);
      assertThat(decision.reason()).isEqualTo(Reason.UNAVAILABLE);
      unknown.increment();
    }
    return decision.source();
  }

  interface Trouble {
    void make() throws Exception;
  }

  /** Sixteen callers ask without a pause while trouble is made; none may see an exception. */
  final void underLoad(Trouble trouble) throws Exception {
    FutureTask<Void> troublemaker =
        new FutureTask<>(
            () -> {
              try {
                trouble.make();
                return null;
              } finally {
                enough.set(true);
              }
            });
    new Thread(troublemaker).start();
    Crowd.run(
        16,
        1,
        i ->
            () -> {
              while (!enough.get()) {
                ask();
              }
              return i;
            });
    troublemaker.get();
    Await.until("Redis decides", PATIENT, () -> ask() == Source.REDIS);
  }

  final long usedOnTheServer() {
    return PLENTY - limiter().state(COUNTED).remaining();
  }

  /** All that Redis admitted is charged, and nothing that was not asked is: nothing came twice. */
  final void countsAgree(String what) {
    long used = usedOnTheServer();
    System.out.printf(
        "%s: asked %d, admitted by Redis %d, charged on the server %d, unanswered %d, calls %d%n",
        what, asked.sum(), byRedis.sum(), used, unknown.sum(), limiter().counters().calls.sum());
    assertThat(used).as(what).isBetween(byRedis.sum(), byRedis.sum() + unknown.sum());
  }

  static void rest(long millis) {
    LimiterContract.passes(Duration.ofMillis(millis));
  }
}
