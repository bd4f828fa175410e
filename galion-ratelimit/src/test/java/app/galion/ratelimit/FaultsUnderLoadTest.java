package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What callers and the server count while the server is flushed, paused and killed under load. */
@Tag("slow")
class FaultsUnderLoadTest {

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

  RedisServer server;
  Node node;

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn("--appendonly", "yes", "--appendfsync", "always");
    node = Node.of("t" + UUID.randomUUID(), server);
  }

  @AfterEach
  void stop() {
    node.close();
    server.close();
  }

  private Source ask() {
    asked.increment();
    Decision decision = node.limiter().check(COUNTED);
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

  private interface Trouble {
    void make() throws Exception;
  }

  /** Sixteen callers ask without a pause while trouble is made; none may see an exception. */
  private void underLoad(Trouble trouble) throws Exception {
    Thread troublemaker =
        new Thread(
            () -> {
              try {
                trouble.make();
              } catch (Exception e) {
                throw new AssertionError(e);
              } finally {
                enough.set(true);
              }
            });
    troublemaker.start();
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
    troublemaker.join();
    Await.until("Redis decides", PATIENT, () -> ask() == Source.REDIS);
  }

  private long usedOnTheServer() {
    return PLENTY - node.limiter().state(COUNTED).remaining();
  }

  /** All that Redis admitted is charged, and nothing that was not asked is: nothing came twice. */
  private void countsAgree(String what) {
    long used = usedOnTheServer();
    System.out.printf(
        "%s: asked %d, admitted by Redis %d, charged on the server %d, unanswered %d, calls %d%n",
        what,
        asked.sum(),
        byRedis.sum(),
        used,
        unknown.sum(),
        node.limiter().counters().calls.sum());
    assertThat(used).as(what).isBetween(byRedis.sum(), byRedis.sum() + unknown.sum());
  }

  private static void rest(long millis) {
    LimiterContract.passes(Duration.ofMillis(millis));
  }

  @Test
  void aScriptFlushEveryTenMillisecondsIsNoticedByNobody() throws Exception {
    underLoad(
        () -> {
          for (int i = 0; i < 200; i++) {
            server.command("SCRIPT", "FLUSH");
            rest(10);
          }
        });
    countsAgree("script flush");
    assertThat(byRedis.sum()).isGreaterThan(1_000);
    assertThat(unknown.sum()).as("a busy machine may miss a deadline").isLessThan(asked.sum() / 10);
  }

  @Test
  void aPausedServerReplaysNothing() throws Exception {
    underLoad(
        () -> {
          for (int i = 0; i < 4; i++) {
            rest(300);
            server.pause();
            rest(500);
            server.resume();
          }
        });
    countsAgree("pause");
    assertThat(unknown.sum()).isPositive();
  }

  @Test
  void aKilledServerWithItsDataOnDiskLosesNothingThatItAdmitted() throws Exception {
    underLoad(
        () -> {
          for (int i = 0; i < 3; i++) {
            rest(500);
            server.kill();
            rest(300);
            server.restart();
          }
          rest(500);
        });
    countsAgree("kill -9");
    assertThat(unknown.sum()).isPositive();
  }

  @Test
  void aFlushForgetsWhatWasChargedBeforeItAndNothingElse() throws Exception {
    underLoad(
        () -> {
          rest(500);
          server.command("FLUSHALL");
          rest(500);
        });
    long used = usedOnTheServer();
    System.out.printf("flush: admitted by Redis %d, charged since %d%n", byRedis.sum(), used);
    assertThat(used).isPositive().isLessThan(byRedis.sum() + unknown.sum());
  }

  @Test
  void everyDeadlineIsKeptWhileTheServerHangs() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    LongAdder late = new LongAdder();
    Ticker ticker = Ticker.system();
    Thread hanging =
        new Thread(
            () -> {
              server.pause();
              rest(2_000);
              server.resume();
              over.set(true);
            });
    hanging.start();
    List<Long> longest =
        Crowd.run(
            8,
            1,
            i ->
                () -> {
                  long most = 0;
                  while (!over.get()) {
                    long before = ticker.read();
                    ask();
                    long took = ticker.read() - before;
                    most = Math.max(most, took);
                    if (took > Duration.ofMillis(255).toNanos()) {
                      late.increment();
                    }
                  }
                  return most;
                });
    hanging.join();
    long worst = longest.stream().mapToLong(Long::longValue).max().orElseThrow();
    System.out.printf(
        "hanging server: the longest of %d decisions took %.1f ms, %d more than 255 ms%n",
        asked.sum(), worst / 1e6, late.sum());
    assertThat(worst).isLessThan(Duration.ofMillis(1_000).toNanos());
  }
}
