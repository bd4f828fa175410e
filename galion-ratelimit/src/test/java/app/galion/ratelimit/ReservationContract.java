package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.ratelimit.Decision.Reason;
import app.galion.spi.Guard;
import app.galion.spi.Permit;
import app.galion.testkit.Await;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every limiter does that offers leases, logs and reservations too. */
abstract class ReservationContract extends WatchingContract {

  static final int SLOTS = 3;

  final LimitKey requests = bucket("requests", 10).by(subject);
  final LimitKey tokens = bucket("tokens", 1_000).by(subject);
  final LimitKey inFlight =
      RatePolicy.concurrency("in-flight", SLOTS).deadline(PATIENT).by(subject);

  void remains(LimitKey key, long number) {
    Await.until(number + " left of " + key, PATIENT, () -> remaining(key) == number);
  }

  private Reservation reserve(long estimate) {
    return limiter().reserve(requests, tokens.costing(estimate), inFlight);
  }

  @Test
  void aReservationChargesRatesAndTakesALease() {
    Reservation reservation = reserve(400);
    assertThat(reservation.granted()).isTrue();
    assertThat(reservation.decision().limits())
        .extracting(LimitState::remaining)
        .containsExactly(9L, 600L, SLOTS - 1L);
    reservation.close();
    remains(inFlight, SLOTS);
    assertThat(remaining(tokens)).as("closing keeps the charges").isEqualTo(600);
    reservation.close();
    assertThat(remaining(inFlight)).isEqualTo(SLOTS);
  }

  @Test
  void settlingGivesBackWhatWasNotUsed() {
    try (Reservation reservation = reserve(400)) {
      reservation.settle(tokens.costing(150));
      remains(tokens, 850);
      reservation.settle(tokens.costing(1));
      reservation.cancel();
      assertThat(remaining(requests)).as("what is not named keeps its charge").isEqualTo(9);
    }
    remains(inFlight, SLOTS);
    assertThat(remaining(tokens)).as("only the first settling counts").isEqualTo(850);
  }

  @Test
  void settlingChargesWhatWasUsedBeyondTheEstimateIntoDebt() {
    try (Reservation reservation = reserve(400)) {
      reservation.settle(tokens.costing(1_500));
    }
    Await.until("the debt is charged", PATIENT, () -> !limiter().check(1, tokens).allowed());
    assertThat(limiter().check(1, tokens).retryAfter())
        .as("500 tokens of debt and one more, at 1000 a day")
        .isBetween(Duration.ofHours(12), Duration.ofHours(12).plusMinutes(3));
    assertThat(remaining(tokens)).isZero();
  }

  @Test
  void aShadowOfAReservationIsSettledAndCancelledToo() {
    LimitKey tried = bucket("tried", 100).shadow().by(subject);
    try (Reservation reservation = limiter().reserve(requests, inFlight, tried.costing(60))) {
      remains(tried, 40);
      reservation.settle(tried.costing(10), requests);
      remains(tried, 90);
    }
    Reservation alone = limiter().reserveAsync(tried.costing(50)).join();
    assertThat(alone.granted()).isTrue();
    remains(tried, 40);
    alone.cancel();
    remains(tried, 90);
    Reservation tooMuch = limiter().reserve(requests, tried.costing(95));
    tooMuch.settle(tried.costing(1));
    limiter().check(10, tried);
    remains(tried, 80);
    LimitKey stranger = bucket("stranger", 1).shadow().by(subject);
    assertThatThrownBy(() -> tooMuch.settle(stranger)).hasMessageContaining("is not among");
  }

  @Test
  void aDebtIsBoundedAndAResetEndsIt() {
    try (Reservation reservation = reserve(1)) {
      reservation.settle(tokens.costing(Long.MAX_VALUE));
    }
    Await.until("the debt is charged", PATIENT, () -> !limiter().check(1, tokens).allowed());
    assertThat(limiter().check(1, tokens).retryAfter()).isGreaterThan(DAY.multipliedBy(1_000));
    limiter().reset(tokens);
    remains(tokens, 1_000);
    assertThat(limiter().check(1_000, tokens).allowed()).isTrue();
  }

  @Test
  void whatCanNeverBeGrantedIsSaidAtOnce() {
    LimitKey none = RatePolicy.concurrency("none", 0).by(subject);
    LimitKey closed =
        RatePolicy.calendar("closed", 0, CalendarPeriod.DAY, ZoneOffset.UTC).by(subject);
    for (LimitCharge charge :
        List.of(none, closed, requests.costing((1L << 53) + 1), tokens.costing(Long.MAX_VALUE))) {
      Reservation reservation = limiter().reserve(inFlight, charge);
      assertThat(reservation.decision().reason()).isEqualTo(Reason.IMPOSSIBLE);
      reservation.cancel();
    }
    limiter().reset(closed);
    limiter().observe(closed, 5);
    assertThat(remaining(inFlight)).isEqualTo(SLOTS);
    LimitCharge[] many = new LimitCharge[17];
    Arrays.fill(many, requests);
    assertThatThrownBy(() -> limiter().reserve(many))
        .hasMessage("a decision is about 1 to 16 keys, not 17");
  }

  @Test
  void cancellingGivesAllBack() {
    Reservation reservation = reserve(400);
    reservation.cancel();
    remains(requests, 10);
    remains(tokens, 1_000);
    remains(inFlight, SLOTS);
    reservation.settle(tokens.costing(900));
    reservation.close();
    limiter().check(1, requests);
    assertThat(remaining(tokens)).as("a cancelled reservation settles nothing").isEqualTo(1_000);
  }

  @Test
  void aDeniedReservationHoldsNothing() {
    Reservation first = limiter().reserve(inFlight.costing(SLOTS));
    assertThat(first.granted()).isTrue();
    Reservation denied = reserve(10);
    assertThat(denied.granted()).isFalse();
    assertThat(denied.decision().reason()).isEqualTo(Reason.LIMIT);
    assertThat(denied.decision().binding().policy()).isEqualTo("in-flight");
    assertThat(denied.decision().retryAfter()).isEqualTo(Duration.ofSeconds(1));
    assertThat(denied.decision().toString()).contains("'in-flight' of 3 at once is used up");
    assertThat(RateHeaders.body(denied.decision()))
        .contains("Rate limit of 3 at once exceeded. Try again in 1 s.");
    denied.settle(tokens.costing(900));
    denied.cancel();
    denied.close();
    first.close();
    remains(inFlight, SLOTS);
    assertThat(remaining(tokens)).isEqualTo(1_000);
    assertThat(limiter().reserve(inFlight.costing(SLOTS + 1)).decision().reason())
        .isEqualTo(Reason.IMPOSSIBLE);
  }

  @Test
  void atMostTheNumberIsInFlight() throws Exception {
    long most = SLOTS;
    Crowd.run(
        8,
        20,
        i ->
            () -> {
              try (Reservation reservation = limiter().reserveAsync(inFlight).join()) {
                assertThat(reservation.decision().limits())
                    .allMatch(state -> state.remaining() < most);
                return reservation.granted();
              }
            });
    remains(inFlight, SLOTS);
  }

  @Test
  void aSlidingLogIsSettledToo() {
    LimitKey log = RatePolicy.slidingExact("strict", 10, DAY).deadline(PATIENT).by(subject);
    try (Reservation reservation = limiter().reserve(log.costing(6))) {
      reservation.settle(log.costing(2));
    }
    remains(log, 8);
    try (Reservation reservation = limiter().reserve(log)) {
      reservation.settle(log.costing(50));
    }
    remains(log, 0);
  }

  @Test
  void aCalendarQuotaIsSettledObservedAndReset() {
    LimitKey quota =
        RatePolicy.calendar("monthly", 10, CalendarPeriod.MONTH, ZoneOffset.UTC)
            .deadline(PATIENT)
            .by(subject);
    try (Reservation reservation = limiter().reserve(quota.costing(6))) {
      reservation.settle(quota.costing(2));
    }
    remains(quota, 8);
    try (Reservation reservation = limiter().reserve(quota)) {
      reservation.settle(quota.costing(50));
    }
    remains(quota, 0);
    limiter().reset(quota);
    remains(quota, 10);
    limiter().observe(quota, 3);
    remains(quota, 3);
    Decision denied = limiter().check(4, quota);
    assertThat(denied.allowed()).isFalse();
    assertThat(denied.retryAfter()).isPositive().isLessThan(Duration.ofDays(32));
    assertThat(denied.binding().resetAfter()).isCloseTo(denied.retryAfter(), Duration.ofSeconds(5));
  }

  @Test
  void aLimitThatChangesKeepsWhatIsInFlightAndWhatWasUsed() {
    LimitKey quota =
        RatePolicy.calendar("live", 10, CalendarPeriod.MONTH, ZoneOffset.UTC)
            .deadline(PATIENT)
            .by(subject);
    LimitKey more =
        RatePolicy.calendar("live", 12, CalendarPeriod.MONTH, ZoneOffset.UTC)
            .deadline(PATIENT)
            .by(subject);
    LimitKey wider = RatePolicy.concurrency("in-flight", 5).deadline(PATIENT).by(subject);
    try (Reservation reservation = limiter().reserve(quota.costing(4), inFlight.costing(2))) {
      assertThat(reservation.granted()).isTrue();
      assertThat(remaining(more)).isEqualTo(8);
      assertThat(remaining(wider)).isEqualTo(3);
    }
    remains(wider, 5);
  }

  @Test
  void settlingRefusesWhatIsNotReserved() {
    LimitKey other = bucket("other", 1).by(subject);
    try (Reservation reservation = reserve(1)) {
      assertThatThrownBy(() -> reservation.settle(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'other' by {")
          .hasMessageContaining("is not among");
      assertThatThrownBy(() -> reservation.settle(inFlight))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("close() ends it");
      reservation.settle(tokens.costing(0));
    }
    remains(tokens, 1_000);
  }

  @Test
  void aLeaseCannotBeTakenByACheck() {
    assertThatThrownBy(() -> limiter().check(requests, inFlight))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("policy 'in-flight' of 3 at once")
        .hasMessageContaining("use reserve and close it");
    assertThatThrownBy(() -> limiter().checkAsync(inFlight))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(remaining(requests)).isEqualTo(10);
    LimitState state = limiter().state(inFlight);
    assertThat(state.limit()).isEqualTo(SLOTS);
    assertThat(state.period()).isZero();
  }

  @Test
  void aGuardOfAConcurrencyLimitEndsWithItsPermit() {
    Guard guard = limiter().asGuard(RatePolicy.concurrency("one", 1).deadline(PATIENT).by(subject));
    Permit permit = guard.tryAcquire();
    assertThat(permit.granted()).isTrue();
    assertThat(guard.tryAcquire().granted()).isFalse();
    permit.failure(new IllegalStateException("vendor"));
    Await.until("the permit is free", PATIENT, () -> guard.tryAcquire().granted());
  }

  @Test
  void whatIsObservedOnlyLowers() {
    limiter().check(300, tokens);
    limiter().observe(tokens, 900);
    limiter().observe(tokens, 200);
    remains(tokens, 200);
    limiter().observe(tokens, 500);
    limiter().observe(requests, Long.MAX_VALUE);
    limiter().check(1, requests);
    assertThat(remaining(tokens)).isEqualTo(200);
    LimitKey log = RatePolicy.slidingExact("seen", 10, DAY).deadline(PATIENT).by(subject);
    limiter().observe(log, 4);
    remains(log, 4);
    LimitKey two = bucket("two", 10).and(20, DAY).by(subject);
    assertThatThrownBy(() -> limiter().observe(two, 1))
        .hasMessageContaining("a policy of its own, of one rate");
    assertThatThrownBy(() -> limiter().observe(inFlight, 1))
        .hasMessageContaining("cannot be observed");
    assertThatThrownBy(() -> limiter().observe(tokens, -1)).hasMessage("remaining -1 must be >= 0");
  }

  @Test
  void aResetForgetsWhatWasUsed() {
    LimitKey log = RatePolicy.slidingExact("forgotten", 3, DAY).deadline(PATIENT).by(subject);
    limiter().check(tokens.costing(1_000), log.costing(3), requests);
    limiter().reset(tokens, log);
    remains(tokens, 1_000);
    remains(log, 3);
    assertThat(remaining(requests)).isEqualTo(9);
    assertThatThrownBy(() -> limiter().reset(requests, inFlight))
        .hasMessageContaining("cannot be reset");
    assertThat(remaining(requests)).isEqualTo(9);
  }

  @Test
  void keysOfOthersAreLeftAlone() {
    LimitKey other = inFlight.policy().by(UUID.randomUUID().toString());
    try (Reservation mine = limiter().reserve(inFlight.costing(SLOTS));
        Reservation theirs = limiter().reserve(other)) {
      assertThat(mine.granted() && theirs.granted()).isTrue();
    }
  }
}
