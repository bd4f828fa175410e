package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.redis.RedisLink;
import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests about several slots of a cluster, with one server behind all the slots. */
class SlotWalkTest {

  static final Duration DAY = Duration.ofDays(1);

  static final Counters COUNTERS = new Counters();

  static RedisServer server;
  static RedisLink link;
  static RateLimiter limiter;
  static RedisLimits redis;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.startOwn();
    link = Node.link("t" + UUID.randomUUID(), server.uri());
    assertThat(link.awaitAvailable(PATIENT)).isTrue();
    limiter = RateLimiter.builder("api").redis(link).denyMemory(Duration.ZERO).build();
    Ticker ticker = Ticker.system();
    ComponentId id = new ComponentId("limiter", "walk");
    LocalLimits local = new LocalLimits(ticker, InstantSource.system(), () -> 1);
    Fallback fallback = new Fallback(id, ticker, local, link, false, COUNTERS);
    Followed followed = new Followed(new DenyMemory(ticker, 0), local, fallback);
    redis = new RedisLimits(id, link, ticker, followed, COUNTERS);
  }

  @AfterAll
  static void stop() {
    link.close();
    server.close();
  }

  static RatePolicy bucket(String name, long n) {
    return RatePolicy.tokenBucket(name, n, DAY).deadline(PATIENT);
  }

  static long remaining(LimitKey key) {
    return limiter.state(key).remaining();
  }

  /** Asks as on a cluster where each key is in a slot of its own. */
  private static Question walk(long cost, LimitKey... keys) {
    List<Request> slots = Stream.of(keys).map(key -> Request.of(cost, key)).toList();
    return new SlotWalk(redis, slots, Request.of(cost, keys)).start();
  }

  @Test
  void knowsTheSlotsThatTheServerKnows() {
    try (RedisServer cluster = RedisServer.startCluster()) {
      for (int i = 0; i < 100; i++) {
        LimitKey key = bucket("slot", 1).by("user" + i);
        assertThat((long) HashSlot.of(key.tag()))
            .isEqualTo(cluster.command("CLUSTER", "KEYSLOT", "app:r1:{" + key.tag() + "}:slot"));
      }
    }
  }

  @Test
  void subjectsInSeveralSlotsAreAllCharged() {
    LimitKey user = bucket("by-user", 10).by("user");
    LimitKey address = bucket("by-address", 20).by("address");
    LimitKey account = bucket("by-account", 5).by("account");
    Decision decision = walk(2, user, address, account).join();
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.source()).isEqualTo(Source.REDIS);
    assertThat(decision.limits())
        .extracting(each -> each.policy() + " " + each.remaining())
        .containsExactly("by-user 8", "by-address 18", "by-account 3");
    assertThat(List.of(remaining(user), remaining(address), remaining(account)))
        .containsExactly(8L, 18L, 3L);
  }

  @Test
  void theNarrowestDeniesBeforeAnythingIsCharged() {
    LimitKey wide = bucket("wide", 100).by("user-w");
    LimitKey narrow = bucket("narrow", 1).by("account-n");
    assertThat(walk(1, wide, narrow).join().allowed()).isTrue();
    long calls = COUNTERS.calls.sum();
    Decision denied = walk(1, wide, narrow).join();
    assertThat(denied.allowed()).isFalse();
    assertThat(denied.binding().policy()).isEqualTo("narrow");
    assertThat(COUNTERS.calls.sum() - calls).isEqualTo(1);
    assertThat(remaining(wide)).isEqualTo(99);
  }

  @Test
  void aLaterDenialGivesTheEarlierChargesBack() {
    LimitKey narrow = bucket("early", 5).by("user-e");
    LimitKey log = RatePolicy.slidingExact("early-log", 6, DAY).deadline(PATIENT).by("user-l");
    LimitKey wide = bucket("late", 10).by("account-l");
    assertThat(limiter.check(10, wide).allowed()).isTrue();
    assertThat(walk(3, narrow, log, wide).join().allowed()).isFalse();
    Await.until("the bucket is given back", PATIENT, () -> remaining(narrow) == 5);
    Await.until("the log is given back", PATIENT, () -> remaining(log) == 6);
  }

  @Test
  void whatIsChargedInTheEndIsWhatWasAdmitted() throws Exception {
    LimitKey shared = bucket("shared", 200).by("account-s");
    RatePolicy each = bucket("each", 5);
    List<Decision> decisions =
        Crowd.run(20, 20, i -> () -> walk(1, each.by("user-s" + i % 10), shared).join());
    long admitted = decisions.stream().filter(Decision::allowed).count();
    assertThat(admitted).isPositive().isLessThanOrEqualTo(50);
    Await.until("charges are settled", PATIENT, () -> remaining(shared) == 200 - admitted);
    for (int i = 0; i < 10; i++) {
      assertThat(remaining(each.by("user-s" + i))).isNotNegative();
    }
  }

  @Test
  void aWalkWhoseCallerHasGoneGivesBackWhatItCharged() {
    long refunds = COUNTERS.refunds.sum();
    LimitKey first = bucket("gone", 5).by("user-g");
    LimitKey second = bucket("gone-too", 6).by("account-g");
    server.pause();
    Question question = walk(2, first, second);
    assertThat(question.giveUp()).isNull();
    server.resume();
    Await.until("the charge's refund", PATIENT, () -> COUNTERS.refunds.sum() - refunds == 1);
    Await.until("it is given back", PATIENT, () -> remaining(first) == 5);
    assertThat(remaining(second)).isEqualTo(6);
  }

  @Test
  void aWalkGivenUpBeforeItsNextSlotWasAskedGivesBackWhatItCharged() {
    long refunds = COUNTERS.refunds.sum();
    LimitKey first = bucket("left", 5).by("user-left");
    LimitKey peeked = RatePolicy.concurrency("left", 1).deadline(PATIENT).by("user-in-flight");
    LimitKey second = bucket("left-too", 6).by("account-left");
    Request both = Request.of(first.costing(2), peeked.costing(0));
    Request look = Request.of(0, second);
    Thread here = Thread.currentThread();
    AtomicReference<SlotWalk> left = new AtomicReference<>();
    while (left.get() == null) {
      ask(look)
          .thenAccept(
              answer -> {
                // on the thread that takes all answers, so none of these comes before the last line
                if (Thread.currentThread() != here) {
                  List<CompletableFuture<Ask>> others =
                      Stream.generate(() -> ask(look).thenApply(sent -> ask(look)))
                          .limit(Lane.MOST_UNDER_WAY)
                          .toList();
                  SlotWalk walk = new SlotWalk(redis, List.of(both, second.alone()), both);
                  left.set(walk.start());
                  CompletableFuture<Decision> gone =
                      ask(look).whenComplete((charged, error) -> walk.giveUp());
                  assertThat(others).noneMatch(CompletableFuture::isDone);
                  assertThat(gone).isNotDone();
                }
              })
          .join();
    }
    Await.until("the walk was given up", PATIENT, left.get()::isCompletedExceptionally);
    Await.until("its charge is given back", PATIENT, () -> remaining(first) == 5);
    assertThat(COUNTERS.refunds.sum() - refunds).isEqualTo(1);
    assertThat(remaining(second)).isEqualTo(6);
  }

  private static Ask ask(Request request) {
    return redis.askOneSlot(request, PATIENT.toNanos());
  }
}
