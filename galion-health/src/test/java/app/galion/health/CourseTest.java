package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CourseTest {

  private final Knob database = Knob.up();
  private final ManualEngine manual =
      ManualEngine.of(
          builder ->
              builder.check(
                  "database",
                  database,
                  Impact.CRITICAL,
                  options ->
                      options.interval(Duration.ofSeconds(10)).deadline(Duration.ofSeconds(2))));

  @Test
  void runsAtTheIntervalAndFasterWhileFailing() {
    manual.engine.start();
    manual.passSeconds(61);
    int calm = database.runs.get();
    assertThat(calm).isBetween(6, 8);
    database.fail();
    manual.passSeconds(60);
    assertThat(database.runs.get() - calm).isBetween(11, 13);
  }

  @Test
  void aLateResultIsDroppedAndCountsAsTimeout() {
    manual.hold("database");
    manual.engine.start();
    manual.passSeconds(3);
    assertThat(manual.view("database").code()).isEqualTo(ErrorCode.TIMEOUT);
    manual.release("database");
    assertThat(manual.view("database").state()).isEqualTo(CheckState.UNKNOWN);
    Monitor monitor = manual.engine.monitors().get(0);
    assertThat(monitor.timeouts.sum()).isEqualTo(1);
    assertThat(monitor.successes.sum()).isZero();
    manual.passSeconds(5);
    assertThat(manual.view("database").state()).isEqualTo(CheckState.UP);
  }

  @Test
  void aCheckThatIsAlwaysALittleLateIsNotRunBackToBack() {
    manual.engine.start();
    manual.hold("database");
    for (int tenths = 0; tenths < 600; tenths++) {
      if (manual.held("database") == 1) {
        manual.pass(Duration.ofMillis(2100));
        tenths += 21;
        manual.release("database");
        manual.hold("database");
      }
      manual.pass(Duration.ofMillis(100));
    }
    assertThat(database.runs.get()).isBetween(10, 13);
  }

  @Test
  void aRunThatHangsKeepsEveryOtherFromStarting() {
    manual.hold("database");
    manual.engine.start();
    manual.passSeconds(300);
    assertThat(manual.held("database")).isEqualTo(1);
    assertThat(manual.view("database").state()).isEqualTo(CheckState.DOWN);
    assertThat(manual.view("database").stuck()).isTrue();
  }

  @Test
  void jitterKeepsWithinItsFraction() {
    Plan plan = new CheckOptions().interval(Duration.ofSeconds(10)).jitter(0.1).plan();
    assertThat(plan.pause(false, 0)).isEqualTo(TimeUnit.SECONDS.toNanos(9));
    assertThat(plan.pause(false, 1)).isEqualTo(TimeUnit.SECONDS.toNanos(11));
  }
}
