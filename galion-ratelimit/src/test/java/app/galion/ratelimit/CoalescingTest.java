package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CoalescingTest {

  static final Duration DAY = Duration.ofDays(1);

  static RedisServer server;
  static CommandStats stats;
  static Node node;
  static RateLimiter forgetful;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.startOwn();
    stats = new CommandStats(server);
    node = Node.of("t" + UUID.randomUUID(), server);
    forgetful = node.another().denyMemory(Duration.ZERO).build();
    forgetful.check(policy("warm", 1).by("up"));
  }

  @AfterAll
  static void stop() {
    node.close();
    server.close();
  }

  static RatePolicy policy(String name, long n) {
    return RatePolicy.tokenBucket(name, n, DAY).deadline(PATIENT);
  }

  @Test
  void manyThreadsOnOneKeyAreAdmittedExactly() throws Exception {
    LimitKey key = policy("hot", 2_000).by("user");
    List<Decision> decisions = Crowd.run(64, 50, i -> () -> forgetful.check(key));
    assertThat(decisions).filteredOn(Decision::allowed).hasSize(2_000);
    assertThat(decisions).allMatch(each -> each.source() == Source.REDIS);
  }

  @Test
  void manyThreadsOnManyKeysAreAdmittedExactlyToo() throws Exception {
    RatePolicy policy = policy("many", 10);
    List<Decision> decisions = Crowd.run(64, 20, i -> () -> forgetful.check(policy.by("user" + i)));
    assertThat(decisions).filteredOn(Decision::allowed).hasSize(64 * 10);
  }

  @Test
  void aFloodOfRejectionsOnOneKeyHardlyReachesRedis() throws Exception {
    LimitKey key = policy("flood", 64).by("user");
    stats.reset();
    List<Decision> decisions = Crowd.run(64, 50, i -> () -> node.limiter().check(key));
    assertThat(decisions).filteredOn(Decision::allowed).hasSize(64);
    assertThat((double) stats.scripts() / decisions.size())
        .as("Redis calls for a decision")
        .isLessThanOrEqualTo(0.05);
  }

  @Test
  void deadlinesOfEachLengthTakeNoLanesOfTheirOwn() {
    RatePolicy policy = policy("lanes", 10_000);
    for (int millis = 8_000; millis < 9_000; millis++) {
      RatePolicy mine = policy.deadline(Duration.ofMillis(millis));
      assertThat(forgetful.check(mine.by("user")).source()).isEqualTo(Source.REDIS);
    }
    assertThat(forgetful.lanes()).isLessThanOrEqualTo(17);
  }

  @Test
  void checkAsyncSharesCallsAndCompletesEachDecision() {
    LimitKey key = policy("async", 100).by("user");
    stats.reset();
    List<CompletableFuture<Decision>> running = new ArrayList<>();
    server.pause();
    for (int i = 0; i < 400; i++) {
      running.add(forgetful.checkAsync(key));
    }
    server.resume();
    assertThat(running.stream().map(CompletableFuture::join).filter(Decision::allowed))
        .hasSize(100);
    assertThat(stats.scripts())
        .as("the first few one by one, then all that came meanwhile")
        .isEqualTo(Lane.MOST_UNDER_WAY + 1);
  }

  @Test
  void requestsAboutManyKeysShareCallsToo() {
    RatePolicy policy = policy("several", 2);
    stats.reset();
    List<CompletableFuture<Decision>> running = new ArrayList<>();
    server.pause();
    for (int i = 0; i < 400; i++) {
      running.add(forgetful.checkAsync(policy.by("user" + i % 100)));
    }
    server.resume();
    assertThat(running.stream().map(CompletableFuture::join).filter(Decision::allowed))
        .hasSize(200);
    assertThat(stats.scripts()).isEqualTo(Lane.MOST_UNDER_WAY + 1);
  }

  @Test
  void requestsAreDecidedInTheOrderInWhichTheyCame() {
    LimitKey key = policy("fifo", 50).by("user");
    List<CompletableFuture<Decision>> running = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      running.add(forgetful.checkAsync(key));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(running.get(i).join().allowed()).as("request %d", i).isEqualTo(i < 50);
    }
  }

  @Test
  void aRememberedDenialAsksRedisNothing() {
    LimitKey key = policy("remember", 1).by("user");
    LimitKey other = policy("other", 10).by("user");
    RateLimiter limiter = node.another().ticker(new FakeTicker()).build();
    limiter.check(key);
    Decision denied = limiter.check(key);
    long calls = limiter.counters().calls.sum();
    Decision again = limiter.check(key);
    Decision together = limiter.check(other, key);
    assertThat(again.source()).isEqualTo(Source.DENY_MEMORY);
    assertThat(again.retryAfter()).isBetween(Duration.ofHours(23), denied.retryAfter());
    assertThat(together.source()).isEqualTo(Source.DENY_MEMORY);
    assertThat(together.binding().policy()).isEqualTo("remember");
    assertThat(limiter.counters().calls.sum()).isEqualTo(calls);
    assertThat(node.limiter().state(other).remaining()).isEqualTo(10);
  }

  @Test
  void aSmallerCostThanTheDeniedOneAsksRedis() {
    LimitKey key = policy("smaller", 10).by("user");
    RateLimiter limiter = node.another().ticker(new FakeTicker()).build();
    assertThat(limiter.check(7, key).allowed()).isTrue();
    assertThat(limiter.check(5, key).allowed()).isFalse();
    assertThat(limiter.check(5, key).source()).isEqualTo(Source.DENY_MEMORY);
    assertThat(limiter.check(3, key).allowed()).isTrue();
  }

  @Test
  void peeksWriteNothing() {
    LimitKey key = policy("peek", 10).by("user");
    LimitKey login = RatePolicy.slidingExact("peek-log", 3, DAY).deadline(PATIENT).by("user");
    long calls = node.limiter().counters().calls.sum();
    stats.reset();
    for (int i = 0; i < 20; i++) {
      assertThat(node.limiter().state(key).remaining()).isEqualTo(10);
      assertThat(node.limiter().check(0, key, login).limits())
          .extracting(LimitState::remaining)
          .containsExactly(10L, 3L);
    }
    assertThat(stats.of("set")).isZero();
    assertThat(stats.of("del")).isZero();
    assertThat(node.limiter().counters().calls.sum() - calls).isEqualTo(40);
  }

  @Test
  void aCounterTakesLittleMemoryAndLeavesWhenItIsFull() {
    LimitKey bucket = RatePolicy.tokenBucket("mem", 100, Duration.ofMinutes(1)).by("user");
    RatePolicy strict = RatePolicy.slidingExact("mem-log", 10, Duration.ofMinutes(1));
    LimitKey log = strict.deadline(PATIENT).by("user");
    for (int i = 0; i < 10; i++) {
      node.limiter().check(bucket, log);
    }
    assertThat(number("MEMORY", "USAGE", name(bucket))).isLessThanOrEqualTo(160);
    assertThat(number("MEMORY", "USAGE", name(log))).isLessThanOrEqualTo(140 + 8 * 10);
    LimitKey leases = RatePolicy.concurrency("m1", 10).deadline(PATIENT).by("user");
    LimitKey month =
        RatePolicy.calendar("m2", 10, CalendarPeriod.MONTH, ZoneOffset.UTC)
            .deadline(PATIENT)
            .by("user");
    LimitKey line = RatePolicy.smooth("m3", 1, DAY).burst(2).deadline(PATIENT).by("user");
    node.limiter().check(2, line);
    try (Reservation held = node.limiter().reserve(leases.costing(10), month)) {
      assertThat(held.granted()).isTrue();
      assertThat(number("MEMORY", "USAGE", name(leases))).isLessThanOrEqualTo(140 + 20);
      assertThat(number("MEMORY", "USAGE", name(month))).isLessThanOrEqualTo(160);
      assertThat(number("MEMORY", "USAGE", name(line))).isLessThanOrEqualTo(160);
    }
    Await.until(
        "the leases have ended", PATIENT, () -> node.limiter().state(leases).remaining() == 10);
    assertThat(number("PTTL", name(bucket))).isBetween(1_000L, 7_000L);
    assertThat(number("PTTL", name(log))).isBetween(50_000L, 61_000L);
  }

  private static String name(LimitKey key) {
    return node.link().app() + ":r1:{" + key.tag() + "}:" + key.policy().name();
  }

  private static long number(String... command) {
    return server.command(command) instanceof Long number ? number : -1;
  }
}
