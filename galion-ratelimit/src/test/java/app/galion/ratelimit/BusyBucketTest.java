package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of a bucket is used when every estimate is twice what is spent, and all wait for it. */
class BusyBucketTest {

  private static final Duration STEP = Duration.ofMillis(100);
  private static final int STEPS = 6_000;

  @ParameterizedTest
  @CsvSource({"0, 0.99, 1.01", "1, 0.70, 0.76", "2, 0.58, 0.62", "100, 0.49, 0.52"})
  void theLongerTheWorkTheLessOfAnEstimateComesBack(int steps, double least, double most) {
    FakeTicker ticker = new FakeTicker();
    LimitKey tokens = RatePolicy.tokenBucket("tokens", 200_000, Duration.ofMinutes(1)).by("us");
    Deque<Reservation> running = new ArrayDeque<>();
    Deque<Integer> ends = new ArrayDeque<>();
    long spent = 0;
    try (RateLimiter limiter = RateLimiter.builder("busy").ticker(ticker).build()) {
      limiter.check(200_000, tokens);
      for (int step = 0; step < STEPS; step++) {
        ticker.advance(STEP);
        while (!ends.isEmpty() && ends.peek() <= step) {
          ends.remove();
          running.remove().settle(tokens.costing(1_000));
        }
        Reservation next = limiter.reserve(tokens.costing(2_000));
        while (next.granted()) {
          spent += 1_000;
          running.add(next);
          ends.add(step + steps);
          if (steps == 0) {
            ends.remove();
            running.remove().settle(tokens.costing(1_000));
          }
          next = limiter.reserve(tokens.costing(2_000));
        }
      }
    }
    double share = spent / (STEP.toMillis() * (double) STEPS * 200_000 / 60_000);
    System.out.printf("work of %d ms spends %.3f of what is refilled%n", 100 * steps, share);
    assertThat(share).isBetween(least, most);
  }
}
