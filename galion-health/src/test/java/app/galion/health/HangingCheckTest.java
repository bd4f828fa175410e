package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On real threads and real time. */
final class HangingCheckTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<String> ENDPOINTS =
      List.of("/health", "/health/live", "/health/ready", "/health/startup", "/health/drain");

  private final CountDownLatch never = new CountDownLatch(1);
  private final AtomicInteger entered = new AtomicInteger();
  private final HealthCheck hanging =
      deadline -> {
        entered.incrementAndGet();
        never.await();
        return CheckResult.up();
      };

  private final HealthEngine engine =
      HealthEngine.builder("hang")
          .check("a", hanging, Impact.CRITICAL, HangingCheckTest::fast)
          .check("b", hanging, Impact.CRITICAL, HangingCheckTest::fast)
          .liveness("c", hanging, HangingCheckTest::fast)
          .metrics("figures", () -> java.util.Map.of("never", never.getCount()))
          .build();

  private static void fast(CheckOptions options) {
    options
        .interval(Duration.ofMillis(50))
        .failingInterval(Duration.ofMillis(20))
        .deadline(Duration.ofMillis(20));
  }

  @AfterEach
  void close() {
    never.countDown();
    engine.close();
    Await.until("threads gone", PATIENCE, () -> threads().isEmpty());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("galion-health-hang-"))
        .sorted()
        .toList();
  }

  private long timeouts() {
    return engine.monitors().get(0).timeouts.sum();
  }

  @Test
  void everyEndpointAnswersFastWhileAllChecksHang() throws Exception {
    engine.start();
    Await.until("a timeout", PATIENCE, () -> timeouts() >= 2);
    Ticker ticker = Ticker.system();
    int rounds = 2000;
    long[] took = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      long start = ticker.read();
      ENDPOINTS.forEach(path -> engine.get("GET", path));
      took[i] = (ticker.read() - start) / ENDPOINTS.size();
    }
    Arrays.sort(took);
    assertThat(Duration.ofNanos(took[rounds / 2])).isLessThan(Duration.ofMillis(5));
    assertThat(Duration.ofNanos(took[rounds - 1])).isLessThan(PATIENCE);
    try (Served served = new Served(HealthHandler.of(engine))) {
      assertThat(served.get("/health/ready").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void aHangingCheckTimesOutAgainAndAgainInOneRunOnOneThread() {
    engine.start();
    Await.until("many timeouts", PATIENCE, () -> timeouts() >= 10 && entered.get() >= 3);
    assertThat(entered).hasValue(3);
    assertThat(threads())
        .contains("galion-health-hang-check-a", "galion-health-hang-timer")
        .doesNotHaveDuplicates()
        .hasSizeLessThanOrEqualTo(4 + 2);
    CheckView view = engine.snapshot().check("a");
    assertThat(view).isNotNull();
    assertThat(view.state()).isEqualTo(CheckState.DOWN);
    assertThat(view.code()).isEqualTo(ErrorCode.TIMEOUT);
    assertThat(view.stuck()).isTrue();
  }

  @Test
  void operatorsSeeWhereACheckHangs() {
    engine.start();
    Await.until("a timeout", PATIENCE, () -> timeouts() >= 2);
    assertThat(engine.get("GET", "/health/detailed", Access.OPERATOR).text())
        .contains("\"stuck_at\":[")
        .contains("CountDownLatch")
        .contains("(deadline 20 ms)");
    assertThat(engine.get("GET", "/health/ready").text()).doesNotContain("CountDownLatch");
  }

  @Test
  void aHangThatEndsIsFollowedByRealResults() {
    engine.start();
    Await.until("not live", PATIENCE, () -> !engine.snapshot().live());
    never.countDown();
    Await.until("ready", PATIENCE, () -> engine.snapshot().ready() && engine.snapshot().live());
    assertThat(engine.snapshot().checks().get("a")).extracting(CheckView::stuck).isEqualTo(false);
  }

  @Test
  void noThreadExistsBeforeTheStartAndNoneAfterTheCloseThoughChecksHang() {
    assertThat(threads()).isEmpty();
    engine.start();
    Await.until("all run", PATIENCE, () -> entered.get() == 3);
    engine.close();
    assertThat(engine.get("GET", "/health/ready").status()).isEqualTo(503);
    Await.until("threads gone", PATIENCE, () -> threads().isEmpty());
  }

  @Test
  void allThreadsAreDaemons() {
    engine.start();
    Await.until("all run", PATIENCE, () -> entered.get() == 3);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().startsWith("galion-health-hang-"))
        .isNotEmpty()
        .allMatch(Thread::isDaemon);
  }
}
