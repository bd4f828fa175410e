package app.galion.circuit;

import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/*
 * Resilience4j's share: the window, the trip by rate, and the numbers. It never leaves OPEN by
 * itself, and whatever it decides in HALF_OPEN is put right by the gate, which alone admits calls.
 */
final class RateWindow {

  private final Throwable failure = new VendorFailure();

  final CircuitBreaker breaker;
  private final ReentrantLock mirror = new ReentrantLock();

  /* Resilience4j counts exceptions; the verdict has been kept elsewhere. */
  private static final class VendorFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    VendorFailure() {
      super("a verdict that counts against the vendor", null, false, false);
    }
  }

  RateWindow(ComponentId id, VendorProfile profile, Ticker ticker) {
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom()
            .slidingWindow(
                (int) profile.trip.window().toSeconds(),
                profile.trip.minimumCalls(),
                SlidingWindowType.TIME_BASED,
                SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
            .failureRateThreshold((float) (profile.trip.failureRate() * 100))
            .slowCallDurationThreshold(Duration.ofDays(365))
            .waitDurationInOpenState(Duration.ofDays(36_500))
            .permittedNumberOfCallsInHalfOpenState(1)
            .writableStackTraceEnabled(false)
            .clock(new TickerClock(ticker))
            .currentTimestampFunction(clock -> ticker.read(), TimeUnit.NANOSECONDS)
            .build();
    this.breaker = CircuitBreaker.of(id.name(), config);
  }

  void success(long nanos) {
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
  }

  void failure(long nanos) {
    breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
  }

  boolean tripped() {
    return breaker.getState() == State.OPEN;
  }

  /* Brings Resilience4j to where the gate is now; right whatever the order of callers. */
  void follow(Gate gate) {
    mirror.lock();
    try {
      State wanted = wanted(gate.current());
      if (breaker.getState() != wanted) {
        switch (wanted) {
          case CLOSED -> breaker.transitionToClosedState();
          case OPEN -> breaker.transitionToOpenState();
          case HALF_OPEN -> breaker.transitionToHalfOpenState();
          case FORCED_OPEN -> breaker.transitionToForcedOpenState();
          default -> throw new AssertionError(wanted);
        }
      }
    } finally {
      mirror.unlock();
    }
  }

  void clear() {
    breaker.reset();
  }

  private static State wanted(GateState state) {
    if (state instanceof GateState.Open) {
      return State.OPEN;
    }
    if (state instanceof GateState.HalfOpen) {
      return State.HALF_OPEN;
    }
    return state instanceof GateState.Forced ? State.FORCED_OPEN : State.CLOSED;
  }
}
