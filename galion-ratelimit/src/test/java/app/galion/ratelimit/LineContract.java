package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.ratelimit.Decision.Reason;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What every limiter does for callers that wait. */
abstract class LineContract extends ReservationContract {

  static final Duration APART = Duration.ofMillis(200);
  static final Duration MINUTE = Duration.ofMinutes(1);

  final LimitKey spaced =
      RatePolicy.smooth("spaced", 10, APART.multipliedBy(10)).deadline(PATIENT).by(subject);
  final LimitKey slow =
      RatePolicy.smooth("slow", 10, Duration.ofMinutes(5)).deadline(PATIENT).by(subject);

  private Decision acquire(Duration maxWait, LimitCharge... charges) {
    try {
      return limiter().acquire(maxWait, charges);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** How long the next in line would wait. */
  private Duration line(LimitKey key) {
    return limiter().check(key).retryAfter();
  }

  @Test
  void whoWaitsStartsWhenThereIsRoom() {
    long from = Ticker.system().read();
    assertThat(acquire(MINUTE, spaced).allowed()).isTrue();
    for (int i = 0; i < 3; i++) {
      Decision decision = acquire(MINUTE, spaced);
      assertThat(decision.allowed()).isTrue();
      assertThat(decision.retryAfter()).isZero();
    }
    assertThat(Duration.ofNanos(Ticker.system().read() - from))
        .as("three more, each 200 ms after the last")
        .isGreaterThan(APART.multipliedBy(29).dividedBy(10));
  }

  @Test
  void whoWouldWaitTooLongIsDeniedAtOnceAndChargesNothing() {
    assertThat(limiter().check(slow).allowed()).isTrue();
    Duration before = line(slow);
    Decision denied = acquire(Duration.ofSeconds(20), slow);
    assertThat(denied.reason()).isEqualTo(Reason.LIMIT);
    assertThat(denied.binding().policy()).isEqualTo("slow");
    assertThat(denied.retryAfter()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    assertThat(line(slow)).isLessThanOrEqualTo(before);
    assertThat(acquire(MINUTE, slow.costing(2)).reason()).isEqualTo(Reason.IMPOSSIBLE);
  }

  @Test
  void aShadowIsJudgedWhenTheWaitIsOverAndMakesNobodyWait() {
    LimitKey tried = bucket("tried", 2).shadow().by(subject);
    LimitKey log = RatePolicy.slidingExact("log", 5, DAY).deadline(PATIENT).shadow().by(subject);
    for (int i = 0; i < 3; i++) {
      assertThat(acquire(MINUTE, spaced, tried, log).allowed()).isTrue();
    }
    remains(log, 2);
    remains(tried, 0);
    assertThat(limiter().acquireAsync(MINUTE, spaced, log).join().allowed()).isTrue();
    remains(log, 1);
    assertThat(acquire(MINUTE, log).source()).isEqualTo(Decision.Source.SHADOW);
    assertThat(limiter().acquireAsync(MINUTE, tried).join().source())
        .isEqualTo(Decision.Source.SHADOW);
    remains(log, 0);
  }

  @Test
  void whoComesFirstStartsFirst() {
    LimitKey fast =
        RatePolicy.smooth("fast", 1_000, Duration.ofSeconds(1)).deadline(PATIENT).by(subject);
    List<Integer> started = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    long from = Ticker.system().read();
    for (int i = 0; i < 1_000; i++) {
      int nth = i;
      waiting.add(
          limiter()
              .acquireAsync(MINUTE, fast)
              .thenAccept(
                  decision -> {
                    assertThat(decision.allowed()).isTrue();
                    started.add(nth);
                  }));
    }
    waiting.forEach(CompletableFuture::join);
    assertThat(started).hasSize(1_000);
    long apart = 0;
    for (int i = 0; i < 1_000; i++) {
      apart += Math.abs(started.get(i) - i);
    }
    assertThat(apart / 1_000)
        .as("places between a start and its turn, which only answers long on their way put there")
        .isLessThan(200);
    assertThat(Duration.ofNanos(Ticker.system().read() - from))
        .isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void nobodyOvertakesWhoWaits() {
    limiter().check(slow);
    CompletableFuture<Decision> first = limiter().acquireAsync(MINUTE, slow);
    Await.until("the first waits", PATIENT, () -> line(slow).compareTo(APART) > 0);
    assertThat(first).isNotDone();
    assertThat(line(slow)).isBetween(Duration.ofSeconds(45), MINUTE);
    first.cancel(true);
  }

  @Test
  void aLineOfSeveralLimitsStartsWhenAllHaveRoom() {
    LimitKey wide = bucket("wide", 10).by(subject);
    long from = Ticker.system().read();
    limiter().check(spaced, wide);
    assertThat(acquire(MINUTE, wide.costing(3), spaced).allowed()).isTrue();
    assertThat(Duration.ofNanos(Ticker.system().read() - from))
        .isGreaterThan(APART.multipliedBy(9).dividedBy(10));
    assertThat(remaining(wide)).isEqualTo(6);
    Decision denied = acquire(Duration.ofSeconds(1), wide.costing(7), spaced);
    assertThat(denied.allowed()).isFalse();
    assertThat(denied.binding().policy()).isEqualTo("wide");
    assertThat(remaining(wide)).as("a denial charges nothing").isEqualTo(6);
  }

  @Test
  void theLastInLineGivesItsPlaceBackWhenItIsInterrupted() {
    limiter().check(slow);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                limiter().acquire(MINUTE, slow);
              } catch (InterruptedException e) {
                thrown.set(e);
              }
            });
    waiter.start();
    Await.until("it waits", PATIENT, () -> line(slow).compareTo(Duration.ofSeconds(31)) > 0);
    waiter.interrupt();
    Await.until("it has left", PATIENT, () -> thrown.get() != null);
    Await.until(
        "its place is free", PATIENT, () -> line(slow).compareTo(Duration.ofSeconds(31)) < 0);
  }

  @Test
  void allWhoLeaveFromTheEndGiveTheirPlacesBack() {
    limiter().check(slow);
    List<CompletableFuture<Decision>> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiting.add(limiter().acquireAsync(Duration.ofMinutes(5), slow));
      Duration stand = Duration.ofSeconds(30L * (i + 1) + 1);
      Await.until("it waits", PATIENT, () -> line(slow).compareTo(stand) > 0);
    }
    for (int i = 4; i >= 0; i--) {
      waiting.get(i).cancel(true);
      Duration left = Duration.ofSeconds(30L * (i + 1));
      Await.until("its place is free", PATIENT, () -> line(slow).compareTo(left) <= 0);
    }
  }

  @Test
  void aPlaceInTheMiddlePassesUnused() {
    limiter().check(slow);
    CompletableFuture<Decision> middle = limiter().acquireAsync(MINUTE, slow);
    Await.until("one waits", PATIENT, () -> line(slow).compareTo(Duration.ofSeconds(31)) > 0);
    CompletableFuture<Decision> last = limiter().acquireAsync(Duration.ofMinutes(2), slow);
    Await.until("two wait", PATIENT, () -> line(slow).compareTo(MINUTE) > 0);
    middle.cancel(true);
    LimitKey other = slow.policy().by(subject + "-other");
    limiter().check(other);
    assertThat(line(slow)).as("those behind know their moments").isGreaterThan(MINUTE);
    last.cancel(true);
  }

  @Test
  void onlyBucketsHaveALine() {
    LimitKey log = RatePolicy.slidingExact("log", 10, DAY).by(subject);
    assertThatThrownBy(() -> limiter().acquire(MINUTE, log))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("policy 'log' of 10 per PT24H has no line to wait in");
    LimitKey quota = RatePolicy.calendar("day", 1, CalendarPeriod.DAY, ZoneOffset.UTC).by(subject);
    assertThatThrownBy(() -> limiter().acquire(MINUTE, quota))
        .hasMessageContaining("policy 'day' of 1 per DAY in Z has no line to wait in");
    assertThatThrownBy(() -> limiter().acquireAsync(MINUTE, requests, inFlight))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody knows when a lease ends");
    assertThatThrownBy(() -> limiter().acquire(Duration.ofHours(2), requests))
        .hasMessage("maxWait PT2H must be 0 to PT1H");
    assertThatThrownBy(() -> limiter().acquire(Duration.ofNanos(-1), requests))
        .hasMessageContaining("must be 0 to PT1H");
    assertThat(remaining(requests)).isEqualTo(10);
  }

  @Test
  void whileSomebodyWaitsNothingElseIsGivenBack() {
    LimitKey ten =
        RatePolicy.tokenBucket("ten", 10, Duration.ofMinutes(5)).deadline(PATIENT).by(subject);
    Reservation reservation = limiter().reserve(ten.costing(10));
    CompletableFuture<Decision> waiting = limiter().acquireAsync(MINUTE, ten);
    Await.until("it waits", PATIENT, () -> line(ten).compareTo(Duration.ofSeconds(31)) > 0);
    reservation.cancel();
    limiter().check(ten.policy().by(subject + "-other"));
    assertThat(line(ten)).isGreaterThan(Duration.ofSeconds(31));
    waiting.cancel(true);
  }
}
