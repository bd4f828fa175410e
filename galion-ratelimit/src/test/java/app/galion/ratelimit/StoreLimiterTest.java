package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.redis.RedisLink;
import app.galion.spi.Health;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreLimiterTest extends WatchingContract {

  private final MapStore store = MapStore.of(TimeMeter.SYSTEM_MILLISECONDS);
  private final RateLimiter limiter =
      RateLimiter.builder("store").proxyManager(store).denyMemory(Duration.ZERO).build();

  @Override
  RateLimiter limiter() {
    return limiter;
  }

  @Override
  RateLimiterBuilder another() {
    return RateLimiter.builder("store").proxyManager(store);
  }

  @AfterEach
  void close() {
    store.gate.countDown();
    limiter.close();
  }

  private static RatePolicy hasty(String name) {
    return RatePolicy.tokenBucket(name, 10, DAY).deadline(Duration.ofMillis(30));
  }

  @Test
  void saysThatTheStoreDecidedAndWhatThenHolds() {
    Decision decision = limiter.check(bucket("p", 10).by("user"));
    assertThat(decision.source()).isEqualTo(Source.STORE);
    assertThat(decision.bound()).isEqualTo(Bound.NODE_CLOCKS);
    assertThat(limiter.health().details()).containsEntry("mode", "store");
    assertThat(store.keys()).singleElement().asString().matches("store:r1:\\{.{22}}:p");
  }

  @Test
  void aRefundLeavesOutWhatTimeHasGivenBack() {
    FakeTicker ticker = new FakeTicker();
    MapStore still = MapStore.of(ticker);
    RateLimiter frozen =
        RateLimiter.builder("store")
            .proxyManager(still)
            .ticker(ticker)
            .denyMemory(Duration.ZERO)
            .build();
    LimitKey key =
        RatePolicy.tokenBucket("p", 10, Duration.ofMinutes(1)).deadline(PATIENT).by("user");
    Reservation whole = frozen.reserve(key.costing(10));
    ticker.advance(Duration.ofSeconds(30));
    assertThat(frozen.check(5, key).allowed()).isTrue();
    whole.cancel();
    Await.until("given back", PATIENT, () -> frozen.state(key).remaining() > 0);
    assertThat(frozen.state(key).remaining()).isEqualTo(5);
    frozen.close();
  }

  @Test
  void twoLimitersOnOneStoreShareTheirCounters() {
    RateLimiter other = RateLimiter.builder("store").proxyManager(store).build();
    LimitKey key = bucket("p", 10).by("user");
    limiter.check(7, key);
    assertThat(other.check(3, key).allowed()).isTrue();
    assertThat(limiter.check(key).allowed()).isFalse();
    other.close();
  }

  @Test
  void severalLimitsOfAPolicyAreOneBucket() {
    LimitKey key =
        RatePolicy.tokenBucket("p", 5, DAY)
            .and(8, DAY.multipliedBy(7))
            .deadline(PATIENT)
            .by("user");
    Decision decision = limiter.check(5, key);
    assertThat(decision.limits()).extracting(LimitState::remaining).containsExactly(0L, 3L);
    Decision denied = limiter.check(2, key);
    assertThat(denied.allowed()).isFalse();
    assertThat(denied.binding().period()).isEqualTo(DAY);
    assertThat(remaining(key)).isZero();
  }

  @Test
  void concurrentRequestsAreAdmittedUpToTheLimit() throws Exception {
    LimitKey key = bucket("p", 100).by("user");
    List<Decision> decisions = Crowd.run(8, 25, i -> () -> limiter.check(key));
    assertThat(decisions).filteredOn(Decision::allowed).hasSize(100);
    assertThat(decisions).allMatch(each -> each.source() == Source.STORE);
  }

  @Test
  void aLaterDenialGivesBackWhatTheEarlierKeysTook() {
    LimitKey wide = bucket("wide", 10).by("user");
    LimitKey used = bucket("used", 1).by("user");
    limiter.check(used);
    Decision denied = limiter.check(wide, used);
    assertThat(denied.binding().policy()).isEqualTo("used");
    assertThat(denied.limits()).extracting(LimitState::remaining).containsExactly(10L, 0L);
    assertThat(remaining(wide)).isEqualTo(10);
  }

  @Test
  void aDenialIsRemembered() {
    RateLimiter remembering =
        RateLimiter.builder("store").proxyManager(store).ticker(new FakeTicker()).build();
    LimitKey key = bucket("p", 1).by("user");
    remembering.check(key);
    remembering.check(key);
    int before = store.begun.get();
    assertThat(remembering.check(key).source()).isEqualTo(Source.DENY_MEMORY);
    assertThat(store.begun).hasValue(before);
    remembering.close();
  }

  @Test
  void aPolicyThatChangesKeepsWhatWasUsed() {
    limiter.check(6, bucket("live", 10).by("user"));
    limiter.check(1, bucket("live", 20).by("user"));
    assertThat(remaining(bucket("live", 20).by("user"))).isEqualTo(3);
    LimitKey two = bucket("live", 20).and(30, DAY).by("user");
    limiter.check(1, two);
    assertThat(limiter.check(0, two).limits()).hasSize(2);
  }

  @Test
  void settlingAReservationChargesOrGivesBackTheRest() {
    LimitKey tokens = bucket("tokens", 1_000).by("user");
    Reservation reservation = limiter.reserve(tokens.costing(400));
    reservation.settle(tokens.costing(150));
    Await.until("850 left", PATIENT, () -> remaining(tokens) == 850);
    Reservation exceeded = limiter.reserve(tokens.costing(400));
    exceeded.settle(tokens.costing(850));
    Await.until("none left", PATIENT, () -> remaining(tokens) == 0);
  }

  @Test
  void observingLowersAndResettingForgets() {
    LimitKey key = bucket("vendor", 10).by("account");
    limiter.observe(key, 4);
    Await.until("4 left", PATIENT, () -> remaining(key) == 4);
    limiter.reset(key);
    Await.until("10 left", PATIENT, () -> remaining(key) == 10);
  }

  @Test
  void observingMoreThanIsLeftRaisesNothing() {
    LimitKey key = bucket("vendor", 10).by("account");
    assertThat(limiter.check(6, key).allowed()).isTrue();
    int before = store.begun.get();
    limiter.observe(key, 9);
    Await.until("the store is told", PATIENT, () -> store.begun.get() > before);
    assertThat(remaining(key)).isEqualTo(4);
  }

  @Test
  void whatBucket4jCannotCountIsRefusedWhenItIsAskedFor() {
    LimitKey login = RatePolicy.slidingExact("login", 10, DAY).by("user");
    assertThatThrownBy(() -> limiter.check(login))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "limiter 'store' keeps its counters in a Bucket4j store, which cannot count policy"
                + " 'login' of 10 per PT24H: it has tokenBucket and smooth only, of at most one"
                + " token a nanosecond; use redis(…)");
    assertThatThrownBy(() -> limiter.checkAsync(bucket("p", 10).by("user"), login))
        .hasMessageContaining("'login'");
    LimitKey fast = RatePolicy.tokenBucket("fast", 2_000, Duration.ofNanos(1_000)).by("user");
    assertThatThrownBy(() -> limiter.check(fast)).hasMessageContaining("'fast'");
    LimitKey lease = RatePolicy.concurrency("lease", 3).by("user");
    assertThatThrownBy(() -> limiter.reserve(lease)).hasMessageContaining("'lease'");
    LimitKey bucket = bucket("line", 1).by("user");
    assertThatThrownBy(() -> limiter.acquire(Duration.ofSeconds(1), bucket))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("which has no line to wait in; use redis(…)");
    assertThat(store.keys()).isEmpty();
  }

  @Test
  void aStoreThatHangsHoldsNobodyBeyondTheDeadlineAndItsLateAnswerIsIgnored() {
    store.gate = new CountDownLatch(1);
    LimitKey key = hasty("late").by("user");
    assertThat(limiter.check(key).source()).isEqualTo(Source.LOCAL);
    assertThat(limiter.checkAsync(key).join().source()).isEqualTo(Source.LOCAL);
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
    store.gate.countDown();
    Await.until("the late answers", PATIENT, () -> limiter.counters().late.sum() == 2);
    LimitKey patient = RatePolicy.tokenBucket("late", 10, DAY).deadline(PATIENT).by("user");
    assertThat(remaining(patient)).as("charged all the same").isEqualTo(8);
  }

  @Test
  void whatWaitsForAStoreThatHangsIsBoundedAndLaterNeverAsked() {
    store.gate = new CountDownLatch(1);
    LimitKey key = hasty("many").onFailure(FailurePolicy.FAIL_CLOSED).by("user");
    List<CompletableFuture<Decision>> decisions = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      decisions.add(limiter.checkAsync(key));
    }
    assertThat(decisions.stream().map(CompletableFuture::join))
        .allMatch(each -> each.reason() == Reason.UNAVAILABLE);
    store.gate.countDown();
    LimitKey other = bucket("after", 10).by("user");
    Await.until("the store decides", PATIENT, () -> limiter.check(other).source() == Source.STORE);
    assertThat(store.begun.get()).as("16 threads asked, the rest had gone").isLessThan(40);
  }

  @Test
  void aStoreThatFailsIsAnsweredByTheFailurePolicy() {
    store.broken = true;
    assertThat(limiter.check(bucket("p", 10).by("user")).source()).isEqualTo(Source.LOCAL);
    assertThat(limiter.check(bucket("q", 10).onFailure(FailurePolicy.FAIL_OPEN).by("user")).bound())
        .isEqualTo(Bound.NONE);
    assertThat(limiter.health().details())
        .containsEntry("mode", "fallback")
        .containsEntry("last-failure", "the store is broken");
    store.broken = false;
    assertThat(limiter.check(bucket("p", 10).by("user")).source()).isEqualTo(Source.STORE);
  }

  @Test
  void aBuilderIsGivenAnExpiry() {
    MapStore.Builder builder = new MapStore.Builder();
    RateLimiter expiring = RateLimiter.builder("store").proxyManager(builder).build();
    expiring.check(
        RatePolicy.tokenBucket("p", 100, Duration.ofSeconds(100)).deadline(PATIENT).by("user"));
    assertThat(builder.built.lives.values())
        .singleElement()
        .satisfies(life -> assertThat(life).isBetween(1_000L, 3_000L));
    expiring.close();
  }

  @Test
  void aClosedLimiterAsksNoMore() {
    LimitKey key = bucket("p", 10).by("user");
    limiter.check(key);
    limiter.close();
    int before = store.begun.get();
    assertThat(limiter.check(key).source()).isEqualTo(Source.LOCAL);
    limiter.reset(key);
    assertThat(store.begun).hasValue(before);
  }

  @Test
  void whatIsSettledAfterTheEndReachesTheStore() {
    LimitKey key = bucket("late", 10).by("user");
    RateLimiter other = RateLimiter.builder("ends").proxyManager(store).build();
    Reservation first = other.reserve(key.costing(6));
    Reservation second = other.reserve(key.costing(2));
    other.close();
    first.settle(key.costing(3));
    second.cancel();
    RateLimiter looking = RateLimiter.builder("ends").proxyManager(store).build();
    Await.until("both are corrected", PATIENT, () -> looking.state(key).remaining() == 7);
    looking.close();
    assertThat(other.counters().failures.sum()).isZero();
    Await.until(
        "its threads end",
        PATIENT,
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("galion-ratelimit-ends-store")));
  }

  @Test
  void countersAreInOnePlaceOnly() {
    try (RedisLink link = RedisLink.builder("test", "redis://127.0.0.1:1").build()) {
      assertThatThrownBy(() -> RateLimiter.builder("both").redis(link).proxyManager(store).build())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("limiter 'both' has both redis(…) and proxyManager(…)");
    }
  }

  @Test
  void aShadowOfAPolicyThatTheStoreCannotCountIsRefusedBeforeAnythingIsCharged() {
    LimitKey wide = bucket("wide", 10).by("user");
    LimitKey log = RatePolicy.slidingExact("log", 3, DAY).shadow().by("user");
    assertThatThrownBy(() -> limiter.check(wide, log))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("policy 'log~shadow' of 3 per PT24H");
    assertThat(remaining(wide)).isEqualTo(10);
  }
}
