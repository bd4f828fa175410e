package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Histories of {@link GateTest} on the library beneath, which is why the gate exists. */
class PlainResilience4jTest {

  private final CircuitBreaker plain =
      CircuitBreaker.of(
          "plain",
          CircuitBreakerConfig.custom()
              .slidingWindowSize(5)
              .minimumNumberOfCalls(5)
              .failureRateThreshold(100)
              .permittedNumberOfCallsInHalfOpenState(1)
              .build());

  private void halfOpenWithATrial() {
    for (int i = 0; i < 5; i++) {
      plain.acquirePermission();
      plain.onError(1, TimeUnit.MILLISECONDS, new IOException());
    }
    plain.transitionToHalfOpenState();
    assertThat(plain.tryAcquirePermission()).isTrue();
    assertThat(plain.tryAcquirePermission()).isFalse();
  }

  @Test
  void isClosedByALateSuccess() {
    plain.acquirePermission();
    halfOpenWithATrial();
    plain.onSuccess(9, TimeUnit.SECONDS);
    assertThat(plain.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
  }

  @Test
  void admitsATrialForEachLateIgnoredResult() {
    halfOpenWithATrial();
    for (int i = 0; i < 4; i++) {
      plain.releasePermission();
    }
    int extra = 0;
    while (plain.tryAcquirePermission()) {
      extra++;
    }
    assertThat(extra).isEqualTo(4);
  }
}
