package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Health;
import app.galion.testkit.FakeTicker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GateTest {

  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final Verdict SICK =
      new Verdict(Outcome.OVERLOAD, 503, "server_is_overloaded", "overloaded", null, false);
  private static final Verdict EMPTY =
      new Verdict(Outcome.QUOTA, 429, "insufficient_quota", "no credit", null, true);

  private final FakeTicker ticker = new FakeTicker();
  private final long origin = ticker.read();
  private double luck = 0.5;
  private final VendorCircuit circuit =
      VendorCircuit.builder("openai-chat", VendorProfile.openAiChat())
          .ticker(ticker)
          .clock(() -> NOON.plusNanos(ticker.read() - origin))
          .random(() -> luck)
          .build();

  private VendorPermit admitted() {
    VendorPermit permit = circuit.tryAcquire();
    assertThat(permit.granted()).isTrue();
    return permit;
  }

  private void refused() {
    assertThat(circuit.tryAcquire().granted()).isFalse();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      admitted().complete(SICK);
    }
  }

  private void pass(long seconds) {
    ticker.advance(Duration.ofSeconds(seconds));
  }

  private CircuitStatus.State state() {
    return circuit.status().state();
  }

  private void opened() {
    fail(5);
    assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
  }

  private void ramping() {
    opened();
    pass(60);
    admitted().success();
  }

  @Nested
  class Closed {

    @Test
    void opensAfterFiveFailuresInARow() {
      fail(4);
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
      assertThat(circuit.status().failureCount()).isEqualTo(4);
      fail(1);
      assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
      refused();
    }

    @Test
    void aSuccessEndsTheRow() {
      fail(4);
      admitted().success();
      assertThat(circuit.status().failureCount()).isZero();
      fail(4);
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
    }

    @Test
    void aSuccessThatStartedBeforeTheRowDoesNotEndIt() {
      VendorPermit early = admitted();
      pass(1);
      fail(4);
      early.success();
      fail(1);
      assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
    }

    @Test
    void opensAtHalfOfTwentyCalls() {
      for (int i = 0; i < 9; i++) {
        admitted().complete(SICK);
        admitted().success();
      }
      admitted().complete(SICK);
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
      admitted().success();
      assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
      assertThat(circuit.status().explanation()).contains("50 % or more of at least 20 calls");
    }

    @Test
    void neitherCallersMistakesNorLimitsEverOpenIt() {
      for (Outcome outcome : Outcome.values()) {
        if (outcome.effect() == Outcome.Effect.NEUTRAL) {
          for (int i = 0; i < 50; i++) {
            admitted().complete(Verdict.of(outcome, "again"));
          }
        }
      }
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
      assertThat(circuit.status().failureCount()).isZero();
    }

    @Test
    void aPermitEndsOnce() {
      VendorPermit permit = admitted();
      for (int i = 0; i < 10; i++) {
        permit.failure(new IOException("reset"));
      }
      permit.success();
      assertThat(circuit.status().failureCount()).isEqualTo(1);
    }

    @Test
    void aDeclaredFailureCountsUnlessItIsKnownToBeLocal() {
      admitted().failure(new IllegalStateException("the SDK's own"));
      admitted().failure(new InterruptedException());
      admitted().failure(circuit.exception(Verdict.of(Outcome.CALLER, "bad"), null));
      admitted().ignore();
      assertThat(circuit.status().failureCount()).isEqualTo(1);
    }
  }

  @Nested
  class Open {

    @Test
    void saysWhoStateNumbersAndWhatToDo() {
      opened();
      pass(18);
      assertThatThrownBy(() -> circuit.callOrThrow(call -> "x"))
          .isInstanceOf(CircuitOpenException.class)
          .hasMessage(
              "circuit 'openai-chat' is OPEN since 18 s: 5 consecutive failures (limit 5), last 503"
                  + " server_is_overloaded; next trial in 42 s");
      CircuitOpenException refusal = circuit.tryAcquire().refusal();
      assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(42));
      assertThat(refusal.retryAt()).contains(NOON.plusSeconds(60));
      assertThat(refusal.outcome()).isEqualTo(Outcome.OVERLOAD);
      assertThat(refusal.code()).contains("server_is_overloaded");
      assertThat(refusal.getStackTrace()).isEmpty();
    }

    @Test
    void reportsWhatTheOriginalReported() {
      opened();
      CircuitStatus status = circuit.status();
      assertThat(status.name()).isEqualTo("openai-chat");
      assertThat(status.state()).hasToString("open");
      assertThat(status.failureCount()).isEqualTo(5);
      assertThat(status.lastFailure()).isEqualTo(NOON);
      assertThat(status.openedAt()).isEqualTo(NOON);
      assertThat(status.retryAt()).isEqualTo(NOON.plusSeconds(60));
      assertThat(circuit.health().status()).isEqualTo(Health.Status.DEGRADED);
    }

    @Test
    void opensNotBeforeTheVendorAsksForIt() {
      Verdict asks = new Verdict(Outcome.OVERLOAD, 503, null, null, Duration.ofSeconds(100), false);
      fail(4);
      admitted().complete(asks);
      assertThat(circuit.status().retryAt()).isEqualTo(NOON.plusSeconds(110));
    }

    @Test
    void honoursNoMoreThanTwoMinutesOfIt() {
      Verdict asks = new Verdict(Outcome.OVERLOAD, 503, null, null, Duration.ofHours(9), false);
      fail(4);
      admitted().complete(asks);
      assertThat(circuit.status().retryAt()).isEqualTo(NOON.plusSeconds(132));
    }

    @Test
    void spreadsTheOpenTimeByAFifth() {
      luck = 0;
      fail(5);
      assertThat(circuit.status().retryAt()).isEqualTo(NOON.plusSeconds(48));
    }

    @Test
    void showsHalfOpenWhenATrialIsDue() {
      opened();
      pass(60);
      assertThat(state()).isEqualTo(CircuitStatus.State.HALF_OPEN);
      assertThat(circuit.status().explanation()).contains("a trial is due");
    }

    @Test
    void refusesWithOneSharedInstance() {
      opened();
      VendorPermit refusal = circuit.tryAcquire();
      assertThat(circuit.tryAcquire()).isSameAs(refusal);
      refusal.success();
      refusal.failure(new IOException());
      refusal.ignore();
      assertThat(refusal.retryAfterNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
    }
  }

  @Nested
  class HalfOpen {

    @Test
    void letsOneTrialThrough() {
      opened();
      pass(60);
      admitted();
      refused();
      assertThat(circuit.tryAcquire().retryAfterNanos()).isEqualTo(1_000_000_000L);
    }

    @Test
    void doublesTheOpenTimeWithEachFailedTrialUpToFiveMinutes() {
      opened();
      List<Long> seconds = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Duration left = Duration.ofNanos(circuit.tryAcquire().retryAfterNanos());
        seconds.add(left.toSeconds());
        ticker.advance(left);
        admitted().complete(SICK);
      }
      assertThat(seconds).containsExactly(60L, 120L, 240L, 300L, 300L);
    }

    @Test
    void aTrialThatTellsNothingFreesItsPlace() {
      opened();
      pass(60);
      admitted().complete(Verdict.of(Outcome.CALLER, "bad voice"));
      assertThat(state()).isEqualTo(CircuitStatus.State.HALF_OPEN);
      admitted();
      refused();
    }

    @Test
    void aTrialThatNeverEndsGivesItsPlaceUp() {
      opened();
      pass(60);
      VendorPermit hung = admitted();
      pass(30);
      VendorPermit second = admitted();
      hung.success();
      assertThat(state()).isEqualTo(CircuitStatus.State.HALF_OPEN);
      second.success();
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
    }

    @Test
    void aLateSuccessDoesNotCloseIt() {
      VendorPermit long1 = admitted();
      opened();
      pass(60);
      VendorPermit trial = admitted();
      long1.success();
      assertThat(state()).isEqualTo(CircuitStatus.State.HALF_OPEN);
      refused();
      trial.complete(SICK);
      assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
      assertThat(circuit.counters().late.sum()).isEqualTo(1);
    }

    @Test
    void aLateFailureDoesNotReopenIt() {
      VendorPermit long1 = admitted();
      opened();
      pass(60);
      VendorPermit trial = admitted();
      long1.complete(SICK);
      assertThat(state()).isEqualTo(CircuitStatus.State.HALF_OPEN);
      trial.success();
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
    }

    @Test
    void lateIgnoredResultsAdmitNoFurtherTrial() {
      List<VendorPermit> late = List.of(admitted(), admitted(), admitted(), admitted());
      opened();
      pass(60);
      admitted();
      late.forEach(VendorPermit::ignore);
      refused();
    }

    @Test
    void aLateResultOfTheLastRoundDoesNotCountInTheNext() {
      opened();
      pass(60);
      VendorPermit first = admitted();
      first.complete(SICK);
      pass(120);
      VendorPermit hung = admitted();
      pass(30);
      admitted().complete(SICK);
      hung.success();
      assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
    }
  }

  @Nested
  class Ramp {

    @Test
    void oneCallAtATimeAlwaysPasses() {
      ramping();
      luck = 0.99;
      for (int i = 0; i < 10; i++) {
        admitted().success();
      }
    }

    @Test
    void letsAGrowingShareOfParallelCallsThrough() {
      ramping();
      admitted();
      luck = 0.5;
      refused();
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
      assertThat(circuit.status().explanation()).contains("closed after a good trial");
      luck = 0.09;
      admitted();
      pass(15);
      luck = 0.54;
      admitted();
      luck = 0.56;
      refused();
      pass(15);
      luck = 0.99;
      admitted();
    }

    @Test
    void aFailureReopensForTwiceAsLong() {
      ramping();
      admitted().complete(SICK);
      assertThat(circuit.tryAcquire().retryAfterNanos())
          .isEqualTo(Duration.ofSeconds(120).toNanos());
    }

    @Test
    void aCleanRampForgetsTheGrowth() {
      ramping();
      pass(30);
      admitted().success();
      fail(5);
      assertThat(circuit.tryAcquire().retryAfterNanos())
          .isEqualTo(Duration.ofSeconds(60).toNanos());
    }
  }

  @Nested
  class ByOrder {

    @Test
    void staysOpenUntilClosedByOrder() {
      circuit.forceOpen("vendor maintenance");
      pass(100_000);
      refused();
      assertThat(circuit.tryAcquire().refusal())
          .hasMessageContaining("by order")
          .hasMessageContaining("vendor maintenance");
      assertThat(circuit.status().retryAt()).isNull();
      circuit.forceClose("over");
      admitted().success();
    }

    @Test
    void closingCountsFromNothing() {
      opened();
      circuit.forceClose("we know better");
      fail(4);
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
      fail(1);
      assertThat(state()).isEqualTo(CircuitStatus.State.OPEN);
    }
  }

  @Nested
  class Latched {

    @Test
    void anEmptyAccountRefusesTheKeyAndLeavesTheCircuitClosed() {
      admitted().complete(EMPTY);
      refused();
      assertThat(state()).isEqualTo(CircuitStatus.State.CLOSED);
      CircuitOpenException refusal = circuit.tryAcquire().refusal();
      assertThat(refusal.outcome()).isEqualTo(Outcome.QUOTA);
      assertThat(refusal.code()).contains("insufficient_quota");
      assertThat(refusal.retryAt()).contains(NOON.plusSeconds(600));
      assertThat(refusal).hasMessageContaining("key 'default' is refused: QUOTA");
      assertThat(circuit.health().status()).isEqualTo(Health.Status.DEGRADED);
    }

    @Test
    void oneCallLooksAgainAfterTenMinutesAndASuccessClearsIt() {
      admitted().complete(EMPTY);
      pass(600);
      VendorPermit look = admitted();
      refused();
      look.success();
      admitted();
      assertThat(circuit.health().status()).isEqualTo(Health.Status.UP);
    }

    @Test
    void aSuccessThatStartedBeforeDoesNotClearIt() {
      VendorPermit early = admitted();
      pass(1);
      admitted().complete(EMPTY);
      early.success();
      refused();
    }

    @Test
    void canBeReset() {
      admitted().complete(EMPTY);
      circuit.resetLatch();
      admitted();
    }

    @Test
    void aRateLimitHoldsTheKeyForAsLongAsTheVendorAsks() {
      Verdict slower =
          new Verdict(
              Outcome.THROTTLE, 429, "rate_limit_exceeded", null, Duration.ofSeconds(20), false);
      admitted().complete(slower);
      refused();
      assertThat(circuit.health().status()).isEqualTo(Health.Status.UP);
      pass(21);
      refused();
      pass(1);
      admitted();
      admitted();
    }

    @Test
    void aRateLimitWithoutATimeHoldsNothing() {
      admitted().complete(Verdict.of(Outcome.THROTTLE, "slower"));
      admitted();
    }
  }
}
