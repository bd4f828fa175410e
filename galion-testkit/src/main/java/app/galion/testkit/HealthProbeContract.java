package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every {@link HealthProbe} keeps; extend it and give it yours. */
public abstract class HealthProbeContract {

  private static final int ASKED = 1_000;
  private static final Duration QUICKLY = Duration.ofSeconds(5);

  /** For subclasses. */
  protected HealthProbeContract() {}

  /**
   * Returns the probe to test, in a state of the subclass's choice. A probe that could be tempted
   * to ask a dependency is best tested while that dependency hangs.
   *
   * @return the same or a new one
   */
  protected abstract HealthProbe probe();

  @Test
  void isTheSameOneForEver() {
    HealthProbe probe = probe();
    assertThat(probe.id()).isNotNull().isEqualTo(probe.id());
  }

  @Test
  void answersFromMemory() {
    HealthProbe probe = probe();
    long start = Ticker.system().read();
    for (int i = 0; i < ASKED; i++) {
      assertThat(probe.health()).isNotNull();
    }
    assertThat(Duration.ofNanos(Ticker.system().read() - start))
        .as("%d answers", ASKED)
        .isLessThan(QUICKLY);
  }

  @Test
  void givesDetailsThatNobodyCanChange() {
    Health health = probe().health();
    assertThatThrownBy(() -> health.details().put("x", "y"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(health.details()).doesNotContainValue(null);
  }

  @Test
  void answersManyThreadsAtOnce() {
    HealthProbe probe = probe();
    Threads.together(
        () -> {
          for (int i = 0; i < ASKED / 10; i++) {
            assertThat(probe.health()).isNotNull();
          }
        });
  }
}
