package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ExactOverFleetTest {

  static final Duration DAY = Duration.ofDays(1);

  static RedisServer server;
  static CommandStats stats;
  static Node one;
  static Node two;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.startOwn();
    stats = new CommandStats(server);
    String app = "t" + UUID.randomUUID();
    one = Node.of(app, server);
    two = Node.of(app, server);
  }

  @AfterAll
  static void stop() {
    one.close();
    two.close();
    server.close();
  }

  static RatePolicy bucket(String name, long n) {
    return RatePolicy.tokenBucket(name, n, DAY).deadline(PATIENT);
  }

  static RatePolicy log(String name, long n) {
    return RatePolicy.slidingExact(name, n, DAY).deadline(PATIENT);
  }

  static List<Decision> hammer(LimitKey... keys) throws Exception {
    return Crowd.run(20, 15, i -> () -> (i % 2 == 0 ? one : two).limiter().check(keys));
  }

  @Test
  void aBucketAdmitsItsCapacityToManyThreadsOfTwoNodes() throws Exception {
    List<Decision> decisions = hammer(bucket("hot", 100).by("user"));
    assertThat(decisions).hasSize(300).filteredOn(Decision::allowed).hasSize(100);
    assertThat(decisions)
        .allMatch(each -> each.source() == Source.REDIS || each.source() == Source.DENY_MEMORY)
        .allMatch(each -> each.reason() == Reason.ADMITTED || each.reason() == Reason.LIMIT);
  }

  @Test
  void aSlidingLogAdmitsItsNumberToManyThreadsOfTwoNodes() throws Exception {
    assertThat(hammer(log("login", 64).by("user"))).filteredOn(Decision::allowed).hasSize(64);
  }

  @Test
  void severalSubjectsAdmitTheSmallestNumber() throws Exception {
    RatePolicy user = bucket("by-user", 1000);
    RatePolicy vendor = log("by-vendor", 37);
    LimitKey account = vendor.by("account");
    List<Decision> decisions =
        Crowd.run(
            20,
            15,
            i -> () -> (i % 2 == 0 ? one : two).limiter().check(user.by("user" + i % 4), account));
    assertThat(decisions).filteredOn(Decision::allowed).hasSize(37);
    long used = 0;
    for (int i = 0; i < 4; i++) {
      used += 1000 - one.limiter().state(user.by("user" + i)).remaining();
    }
    assertThat(used)
        .as("what the denied requests took from the users' limits is nothing")
        .isEqualTo(37);
  }

  @Test
  void aThousandWaitersOfTwoNodesStartOneByOne() {
    LimitKey key =
        RatePolicy.smooth("line", 2_000, Duration.ofSeconds(2)).deadline(PATIENT).by("user");
    List<CompletableFuture<Long>> waiting = new ArrayList<>();
    long from = Ticker.system().read();
    for (int i = 0; i < 1_000; i++) {
      waiting.add(
          (i % 2 == 0 ? one : two)
              .limiter()
              .acquireAsync(Duration.ofMinutes(1), key)
              .thenApply(decision -> decision.allowed() ? Ticker.system().read() : from));
    }
    List<Long> starts = waiting.stream().map(CompletableFuture::join).sorted().toList();
    for (int i = 0; i < 1_000; i++) {
      assertThat(Duration.ofNanos(starts.get(i) - from))
          .as("start %d comes no earlier than its millisecond", i)
          .isGreaterThanOrEqualTo(Duration.ofMillis(i));
    }
  }

  @Test
  void severalLimitsOfOnePolicyAreChargedAllOrNone() {
    LimitKey key = bucket("two-limits", 100).and(3, Duration.ofDays(10)).by("user");
    for (int i = 0; i < 3; i++) {
      assertThat(one.limiter().check(key).allowed()).isTrue();
    }
    Decision denied = two.limiter().check(key);
    assertThat(denied.allowed()).isFalse();
    assertThat(denied.limits()).extracting(LimitState::remaining).containsExactly(97L, 0L);
    assertThat(denied.binding().limit()).isEqualTo(3);
  }

  @Test
  void inAnyWindowASlidingLogAdmitsNoMoreThanItsNumber() {
    int n = 5;
    Duration window = Duration.ofMillis(60);
    LimitKey key = RatePolicy.slidingExact("window", n, window).deadline(PATIENT).by("user");
    RateLimiter limiter = one.another().denyMemory(Duration.ZERO).build();
    List<long[]> admitted = admitted(limiter, key, 6 * n);
    for (int i = n; i < admitted.size(); i++) {
      long span = admitted.get(i)[1] - admitted.get(i - n)[0];
      assertThat(span).as("from admission %d to %d", i - n, i).isGreaterThan(window.toNanos());
    }
  }

  @Test
  void overAnyTimeABucketAdmitsNoMoreThanCapacityAndRefill() {
    int n = 5;
    Duration period = Duration.ofMillis(60);
    LimitKey key = RatePolicy.tokenBucket("refill", n, period).deadline(PATIENT).by("user");
    RateLimiter limiter = one.another().denyMemory(Duration.ZERO).build();
    List<long[]> admitted = admitted(limiter, key, 6 * n);
    for (int from = 0; from < admitted.size(); from++) {
      for (int to = from; to < admitted.size(); to++) {
        double span = admitted.get(to)[1] - admitted.get(from)[0];
        assertThat((double) (to - from + 1))
            .as("admissions %d to %d", from, to)
            .isLessThanOrEqualTo(n + n * span / period.toNanos() + 1e-6);
      }
    }
  }

  /** When each of the first admissions was asked for and answered. */
  private static List<long[]> admitted(RateLimiter limiter, LimitKey key, int number) {
    List<long[]> times = new ArrayList<>();
    while (times.size() < number) {
      long before = Ticker.system().read();
      if (limiter.check(key).allowed()) {
        times.add(new long[] {before, Ticker.system().read()});
      }
    }
    return times;
  }

  @Test
  void aDecisionAboutSeveralSubjectsIsOneRoundTrip() {
    RatePolicy rate = bucket("trip", 100).and(1000, Duration.ofDays(30));
    RatePolicy login = log("trip-login", 10);
    one.limiter().check(rate.by("warm"), login.by("warm"));
    stats.reset();
    long calls = one.limiter().counters().calls.sum();
    for (int i = 0; i < 10; i++) {
      assertThat(one.limiter().check(rate.by("a"), rate.by("b"), login.by("c")).allowed()).isTrue();
    }
    assertThat(one.limiter().counters().calls.sum() - calls).isEqualTo(10);
    assertThat(stats.of("get")).as("one a limit, beside the link's own").isBetween(30L, 59L);
    assertThat(stats.of("set")).isEqualTo(30);
  }
}
