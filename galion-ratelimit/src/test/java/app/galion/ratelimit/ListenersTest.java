package app.galion.ratelimit;

import static app.galion.ratelimit.LimiterContract.bucket;
import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.Test;

/** How the listeners of a limiter are called. */
class ListenersTest {

  private static boolean runs(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("galion-ratelimit-" + name + "-listener"));
  }

  @Test
  void aKeyIsToldAgainInTheNextPeriod() {
    FakeTicker ticker = new FakeTicker();
    List<LimitState> told = new CopyOnWriteArrayList<>();
    RatePolicy minute = RatePolicy.tokenBucket("p", 10, Duration.ofMinutes(1));
    RatePolicy fast = RatePolicy.tokenBucket("fast", 10, Duration.ofMillis(100));
    try (RateLimiter limiter =
        RateLimiter.builder("again").ticker(ticker).onNearLimit(told::add).build()) {
      limiter.check(9, minute.by("a"));
      limiter.check(9, fast.by("a"));
      Await.until("both are told", PATIENT, () -> told.size() == 2);
      ticker.advance(Duration.ofMillis(999));
      limiter.check(9, fast.by("a"));
      ticker.advance(Duration.ofMillis(101));
      limiter.check(9, fast.by("a"));
      Await.until("the fast one is told after a second", PATIENT, () -> told.size() == 3);
      ticker.advance(Duration.ofSeconds(58));
      limiter.check(9, minute.by("a"));
      ticker.advance(Duration.ofMinutes(1));
      limiter.check(9, minute.by("a"));
      Await.until("the other after a minute", PATIENT, () -> told.size() == 4);
      assertThat(told).extracting(LimitState::policy).containsExactly("p", "fast", "fast", "p");
    }
  }

  @Test
  void eachLimitOfAPolicyIsToldByItself() {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    RatePolicy two = bucket("two", 10).and(12, Duration.ofDays(7));
    try (RateLimiter limiter = RateLimiter.builder("two").onNearLimit(told::add).build()) {
      limiter.check(8, two.by("a"));
      limiter.check(2, two.by("a"));
      Await.until("both are told", PATIENT, () -> told.size() == 2);
      assertThat(told).extracting(LimitState::limit).containsExactly(10L, 12L);
    }
  }

  @Test
  void aListenerThatHangsHoldsUpNoDecisionAndItsOverflowIsCounted() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (RateLimiter limiter =
        RateLimiter.builder("hangs")
            .onNearLimit(
                state -> {
                  begun.countDown();
                  try {
                    gate.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                })
            .build()) {
      RatePolicy one = bucket("p", 1);
      assertThat(runs("hangs")).as("no thread before the first call").isFalse();
      limiter.check(one.by("first"));
      begun.await();
      for (int i = 0; i < 1_024 + 7; i++) {
        assertThat(limiter.check(one.by("user" + i)).allowed()).isTrue();
      }
      assertThat(limiter.counters().dropped.sum()).isEqualTo(7);
    }
    Await.until("the thread ends with its limiter", PATIENT, () -> !runs("hangs"));
  }

  @Test
  void aListenerThatThrowsIsCountedAndLoggedOnce() {
    List<String> logged = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(RateLimiter.class.getName());
    Handler handler =
        new StreamHandler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry.getLevel() + " " + entry.getMessage());
          }
        };
    logger.addHandler(handler);
    try (RateLimiter limiter =
        RateLimiter.builder("throws")
            .onNearLimit(
                state -> {
                  throw new AssertionError("a listener's own");
                })
            .build()) {
      for (int i = 0; i < 3; i++) {
        assertThat(limiter.check(bucket("p", 1).by("user" + i)).allowed()).isTrue();
      }
      Await.until(
          "all calls have thrown",
          PATIENT,
          () -> limiter.counters().listenerFailures.sum() == 3 && !logged.isEmpty());
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(logged)
        .filteredOn(each -> each.contains("limiter 'throws'"))
        .singleElement()
        .asString()
        .startsWith("WARNING ")
        .contains("has a listener that throws");
  }

  @Test
  void aClosedLimiterCallsNoListener() {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    RateLimiter limiter = RateLimiter.builder("closed").onNearLimit(told::add).build();
    limiter.close();
    assertThat(limiter.check(bucket("p", 1).by("a")).allowed()).isTrue();
    assertThat(limiter.counters().dropped.sum()).isZero();
    assertThat(runs("closed")).isFalse();
    assertThat(told).isEmpty();
  }

  @Test
  void aShareOutOfRangeIsRefused() {
    for (double share : new double[] {0, -0.1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> RateLimiter.builder("x").nearLimit(share))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("nearLimit " + share + " must be > 0 and <= 1");
    }
  }

  @Test
  void aConcurrencyLimitHasNoShadow() {
    assertThatThrownBy(() -> RatePolicy.concurrency("calls", 3).shadow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("policy 'calls' of 3 at once has no shadow");
  }
}
