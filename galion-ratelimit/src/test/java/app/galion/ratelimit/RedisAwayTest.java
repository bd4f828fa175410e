package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.spi.Health;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisAwayTest {

  static final Duration SHORT = Duration.ofMillis(200);
  static final Duration SCHEDULING = Duration.ofMillis(400);
  static final RatePolicy DAILY =
      RatePolicy.tokenBucket("daily", 10, Duration.ofDays(1)).deadline(PATIENT);
  static final RatePolicy HASTY = DAILY.deadline(SHORT);

  RedisServer server;
  Node node;

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn();
    node = Node.of("t" + UUID.randomUUID(), server);
    Await.until("Redis decides", PATIENT, () -> source("first") == Source.REDIS);
  }

  @AfterEach
  void stop() {
    node.close();
    server.close();
  }

  private Source source(String subject) {
    return node.limiter().check(DAILY.by(subject)).source();
  }

  private long admitted(LimitKey key, Source source, int times) {
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      decisions.add(node.limiter().check(key));
    }
    return decisions.stream().filter(each -> each.allowed() && each.source() == source).count();
  }

  @Test
  void aKilledRedisLeavesWhatItHadNotAdmittedToTheWarmLocalBucket() {
    LimitKey key = DAILY.by("warm");
    assertThat(admitted(key, Source.REDIS, 6)).isEqualTo(6);
    server.kill();
    assertThat(admitted(key, Source.LOCAL, 20)).isEqualTo(4);
    Decision denied = node.limiter().check(key);
    assertThat(denied.reason()).isEqualTo(Reason.LIMIT);
    assertThat(denied.retryAfter()).isBetween(Duration.ofHours(2), Duration.ofHours(3));
    assertThat(node.limiter().health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(node.limiter().health().details()).containsEntry("mode", "fallback");
  }

  @Test
  void aSlidingLogIsWarmToo() {
    LimitKey key =
        RatePolicy.slidingExact("login", 5, Duration.ofDays(1)).deadline(PATIENT).by("warm");
    assertThat(admitted(key, Source.REDIS, 3)).isEqualTo(3);
    server.kill();
    assertThat(admitted(key, Source.LOCAL, 20)).isEqualTo(2);
  }

  @Test
  void whoLeavesTheLineBeforeHeWasSentIsNoFailureOfRedis() {
    LimitKey key = RatePolicy.smooth("line", 1, Duration.ofDays(1)).deadline(PATIENT).by("all");
    server.pause();
    List<CompletableFuture<Decision>> underWay =
        Stream.generate(() -> node.limiter().checkAsync(key)).limit(Lane.MOST_UNDER_WAY).toList();
    node.limiter().acquireAsync(Duration.ofMillis(50), key).cancel(true);
    // its deadline comes after that of who left, on one timer
    node.limiter().acquireAsync(Duration.ofMillis(100), key).join();
    assertThat(node.limiter().counters().failures.sum()).isEqualTo(1);
    server.resume();
    underWay.forEach(CompletableFuture::join);
  }

  @Test
  void redisDecidesAgainOnceItIsBack() {
    server.kill();
    assertThat(source("user")).isEqualTo(Source.LOCAL);
    server.restart();
    Await.until("Redis decides", PATIENT, () -> source(UUID.randomUUID() + "") == Source.REDIS);
    assertThat(node.limiter().health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void aPausedRedisIsReplacedWithinTheDeadline() {
    server.pause();
    try {
      keepTheDeadline(i -> node.limiter().check(HASTY.by("user" + i)));
    } finally {
      server.resume();
    }
    Await.until("Redis decides", PATIENT, () -> source(UUID.randomUUID() + "") == Source.REDIS);
  }

  @Test
  void checkAsyncIsAnsweredWithinTheDeadlineToo() {
    server.pause();
    try {
      keepTheDeadline(i -> node.limiter().checkAsync(HASTY.by("user" + i)).join());
    } finally {
      server.resume();
    }
  }

  /** The median tells; a single decision may meet a stall of the test's own machine. */
  private static void keepTheDeadline(IntFunction<Decision> decide) {
    long[] took = new long[9];
    for (int i = 0; i < took.length; i++) {
      long start = Ticker.system().read();
      assertThat(decide.apply(i).source()).isEqualTo(Source.LOCAL);
      took[i] = Ticker.system().read() - start;
    }
    Arrays.sort(took);
    assertThat(Duration.ofNanos(took[took.length / 2])).isLessThan(SHORT.plus(SCHEDULING));
    assertThat(Duration.ofNanos(took[took.length - 1])).isLessThan(PATIENT);
  }

  @Test
  void whoWaitsForAPausedRedisWaitsInThisProcessForWhatIsLeftOfTheTime() throws Exception {
    LimitKey key = RatePolicy.smooth("line", 10, Duration.ofSeconds(1)).deadline(SHORT).by("user");
    server.pause();
    try {
      assertThat(node.limiter().acquire(Duration.ofMinutes(1), key).source())
          .isEqualTo(Source.LOCAL);
      long start = Ticker.system().read();
      Decision second = node.limiter().acquireAsync(Duration.ofMinutes(1), key).join();
      assertThat(second.source()).isEqualTo(Source.LOCAL);
      assertThat(second.allowed()).isTrue();
      assertThat(Duration.ofNanos(Ticker.system().read() - start)).isLessThan(PATIENT);
      LimitKey spent = DAILY.deadline(Duration.ofMinutes(1)).by("spent");
      start = Ticker.system().read();
      assertThat(node.limiter().acquire(Duration.ZERO, spent.costing(10)).allowed()).isTrue();
      Decision denied = node.limiter().acquire(Duration.ofMillis(300), spent);
      assertThat(denied.allowed()).isFalse();
      assertThat(Duration.ofNanos(Ticker.system().read() - start))
          .as("the longest wait is kept, whatever the policy's deadline")
          .isLessThan(PATIENT);
    } finally {
      server.resume();
    }
  }

  @Test
  void thousandsOfCallersOfAPausedRedisAreAllAnswered() throws Exception {
    try (Node suspecting = Node.ofDefaults("t" + UUID.randomUUID(), server)) {
      server.pause();
      try {
        List<Decision> decisions =
            Crowd.run(64, 200, i -> () -> suspecting.limiter().check(HASTY.by("user" + i)));
        assertThat(decisions).allMatch(each -> each.source() == Source.LOCAL);
        assertThat(decisions).filteredOn(Decision::allowed).hasSize(64 * 10);
      } finally {
        server.resume();
      }
    }
  }

  @Test
  void anInterruptedCallerIsAnsweredAndStaysInterrupted() {
    server.pause();
    try {
      Thread.currentThread().interrupt();
      assertThat(node.limiter().check(HASTY.by("user")).source()).isEqualTo(Source.LOCAL);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      server.resume();
    }
  }

  @Test
  void failOpenAdmitsAndCountsNothing() {
    server.kill();
    LimitKey key = DAILY.onFailure(FailurePolicy.FAIL_OPEN).by("user");
    assertThat(admitted(key, Source.FAIL_OPEN, 30)).isEqualTo(30);
    assertThat(node.limiter().state(key).remaining()).isEqualTo(10);
  }

  @Test
  void failClosedDeniesAndSaysWhy() {
    server.kill();
    LimitKey key = DAILY.onFailure(FailurePolicy.FAIL_CLOSED).by("user");
    Decision decision = node.limiter().check(DAILY.by("other"), key);
    assertThat(decision.allowed()).isFalse();
    assertThat(decision.reason()).isEqualTo(Reason.UNAVAILABLE);
    assertThat(decision.source()).isEqualTo(Source.FAIL_CLOSED);
    assertThat(decision.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    assertThat(decision)
        .hasToString("denied: Redis cannot say and 'daily' of 10 per PT24H fails closed");
    assertThat(node.limiter().state(DAILY.by("other")).remaining())
        .as("a denied request charges no local bucket")
        .isEqualTo(10);
  }

  @Test
  void twoNodesShareTheLimitLocally() throws Exception {
    try (Node other = Node.of(node.link().app(), server)) {
      Await.until(
          "two nodes know of each other",
          PATIENT,
          () -> node.link().fleet().size() == 2 && other.link().fleet().size() == 2);
      server.kill();
      LimitKey key = DAILY.by("shared");
      assertThat(admitted(key, Source.LOCAL, 20)).isEqualTo(5);
      assertThat(other.limiter().check(5, key).allowed()).isTrue();
      assertThat(other.limiter().check(key).allowed()).isFalse();
      Decision above = node.limiter().check(6, DAILY.by("another"));
      assertThat(above.reason()).isEqualTo(Reason.LIMIT);
      assertThat(above.retryAfter())
          .as("a cost above this node's share is asked again after a period, not never")
          .isEqualTo(Duration.ofDays(1));
    }
  }

  @Test
  void aScriptFlushChangesNothing() {
    LimitKey key = DAILY.by("flushed");
    assertThat(admitted(key, Source.REDIS, 6)).isEqualTo(6);
    server.command("SCRIPT", "FLUSH");
    assertThat(admitted(key, Source.REDIS, 20)).isEqualTo(4);
  }

  @Test
  void aFlushOfTheDataAdmitsAtMostTheCapacityAgain() {
    LimitKey key = DAILY.by("lost");
    RateLimiter forgetful = node.another().denyMemory(Duration.ZERO).build();
    int before = 0;
    int after = 0;
    for (int i = 0; i < 20; i++) {
      before += forgetful.check(key).allowed() ? 1 : 0;
    }
    server.command("FLUSHALL");
    for (int i = 0; i < 20; i++) {
      after += forgetful.check(key).allowed() ? 1 : 0;
    }
    assertThat(List.of(before, after)).containsExactly(10, 10);
  }

  @Test
  void aClosedLimiterFollowsTheFailurePolicyAndLeavesTheLinkOpen() {
    node.limiter().close();
    assertThat(source("user")).isEqualTo(Source.LOCAL);
    assertThat(node.link().available()).isTrue();
  }
}
