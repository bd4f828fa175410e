package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FakeTickerTest {

  @Test
  void standsStillUntilItIsAdvanced() {
    FakeTicker ticker = new FakeTicker();
    long start = ticker.read();

    assertThat(ticker.read()).isEqualTo(start).isNegative();
    ticker.advance(Duration.ofMillis(3));
    assertThat(ticker.read() - start).isEqualTo(3_000_000);
  }

  @Test
  void runsThroughTheOverflow() {
    FakeTicker ticker = FakeTicker.startingAt(Long.MAX_VALUE);

    ticker.advance(Duration.ofNanos(2));

    assertThat(ticker.read()).isNegative();
    assertThat(ticker.read() - Long.MAX_VALUE).isEqualTo(2);
  }

  @Test
  void refusesToRunBackwards() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FakeTicker().advance(Duration.ofNanos(-1)))
        .withMessageContaining("PT-0.000000001S");
  }
}
