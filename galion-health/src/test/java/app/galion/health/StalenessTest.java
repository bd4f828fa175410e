package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class StalenessTest {

  private final Knob database = Knob.up();
  private final Knob self = Knob.up();
  private final ManualEngine manual =
      ManualEngine.started(
          builder -> builder.check("database", database, Impact.CRITICAL).liveness("self", self));

  /** Time passes and the timer is dead. */
  private void unattended(long seconds) {
    manual.ticker.advance(Duration.ofSeconds(seconds));
  }

  @Test
  void aResultOlderThanThreeIntervalsIsUnknownAndSaidToBeStale() {
    unattended(29);
    assertThat(manual.view("database").state()).isEqualTo(CheckState.UP);
    unattended(1);
    assertThat(manual.view("database").state()).isEqualTo(CheckState.UNKNOWN);
    assertThat(manual.view("database").code()).isEqualTo(ErrorCode.STALE);
    assertThat(manual.engine.get("GET", "/health/detailed", Access.OPERATOR).text())
        .contains("\"database\":{\"status\":\"unknown\",\"code\":\"stale\"");
  }

  @Test
  void readinessFailsClosedAndLivenessOpen() {
    unattended(30);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
    assertThat(manual.text("/health/ready")).contains("\"database\":false");
    assertThat(manual.status("/health/live")).isEqualTo(200);
    assertThat(manual.status("/health/startup")).isEqualTo(200);
  }

  @Test
  void aDeadTimerIsNamed() {
    unattended(9);
    assertThat(manual.engine.snapshot().schedulerStalled()).isFalse();
    unattended(1);
    assertThat(manual.engine.snapshot().schedulerStalled()).isTrue();
    assertThat(manual.text("/health/ready")).contains("\"degraded\":[\"scheduler\"]");
  }

  @Test
  void aTimerThatComesBackIsNoLongerNamedThoughNoCheckIsDue() {
    ManualEngine slow =
        ManualEngine.started(
            builder ->
                builder.check(
                    "nightly",
                    database,
                    Impact.INFO,
                    options -> options.interval(Duration.ofHours(1))));
    slow.passSeconds(3600);
    slow.ticker.advance(Duration.ofSeconds(15));
    assertThat(slow.engine.snapshot().schedulerStalled()).isTrue();
    slow.engine.turn();
    assertThat(slow.engine.snapshot().schedulerStalled()).isFalse();
  }

  @Test
  void probesCauseNoChecks() {
    int before = database.runs.get();
    for (int i = 0; i < 10_000; i++) {
      manual.get("/health/ready");
    }
    assertThat(database.runs).hasValue(before);
  }

  @Test
  void anUnchangedNodeIsReadFromOneSnapshot() {
    HealthSnapshot first = manual.engine.snapshot();
    unattended(5);
    assertThat(manual.engine.snapshot()).isSameAs(first);
  }

  @Test
  void aTickerBeyondItsOverflowChangesNothing() {
    unattended(Duration.ofDays(365L * 290).toSeconds());
    manual.engine.turn();
    assertThat(manual.status("/health/ready")).isEqualTo(200);
    manual.passSeconds(60);
    assertThat(manual.view("database").state()).isEqualTo(CheckState.UP);
  }
}
