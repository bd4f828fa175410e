package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every {@link Ticker} keeps; extend it and give it yours. */
public abstract class TickerContract {

  private static final int READINGS = 10_000;
  private static final Duration QUICKLY = Duration.ofSeconds(5);

  /** For subclasses. */
  protected TickerContract() {}

  /**
   * Returns the ticker to test.
   *
   * @return the same or a new one
   */
  protected abstract Ticker ticker();

  @Test
  void neverRunsBackwards() {
    Ticker ticker = ticker();
    long last = ticker.read();
    for (int i = 0; i < READINGS; i++) {
      long next = ticker.read();
      assertThat(next - last).as("step of reading %d", i).isNotNegative();
      last = next;
    }
  }

  @Test
  void neverRunsBackwardsFromThreadToThread() {
    Ticker ticker = ticker();
    long before = ticker.read();
    Threads.together(
        () -> {
          for (int i = 0; i < READINGS; i++) {
            assertThat(ticker.read() - before).isNotNegative();
          }
        });
    assertThat(ticker.read() - before).isNotNegative();
  }

  @Test
  void neverBlocks() {
    Ticker ticker = ticker();
    long start = Ticker.system().read();
    for (int i = 0; i < READINGS; i++) {
      ticker.read();
    }
    assertThat(Duration.ofNanos(Ticker.system().read() - start)).isLessThan(QUICKLY);
  }
}
