package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.ComponentId;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ImpactTest {

  private final Knob knob = Knob.up();

  private ManualEngine with(Impact impact) {
    return ManualEngine.started(builder -> builder.check("dep", knob, impact));
  }

  @Test
  void aCriticalFailureUnreadiesTheNode() {
    ManualEngine manual = with(Impact.CRITICAL);
    knob.fail();
    manual.passSeconds(20);
    assertThat(manual.engine.snapshot().ready()).isFalse();
  }

  @Test
  void aDegradingFailureIsNamedOnly() {
    ManualEngine manual = with(Impact.DEGRADING);
    knob.fail();
    manual.passSeconds(20);
    assertThat(manual.engine.snapshot().ready()).isTrue();
    assertThat(manual.engine.snapshot().degraded()).containsExactly("dep");
  }

  @Test
  void anInfoFailureIsShownAndNothingElse() {
    ManualEngine manual = with(Impact.INFO);
    knob.fail();
    manual.passSeconds(20);
    assertThat(manual.engine.snapshot().ready()).isTrue();
    assertThat(manual.engine.snapshot().degraded()).isEmpty();
    assertThat(manual.text("/health/ready")).contains("\"dep\":false");
  }

  @Test
  void aDegradedCriticalCheckKeepsTheNodeReady() {
    ManualEngine manual = with(Impact.CRITICAL);
    knob.set(deadline -> CheckResult.degraded(ErrorCode.POOL_EXHAUSTED, "busy"));
    manual.passSeconds(20);
    assertThat(manual.engine.snapshot().ready()).isTrue();
    assertThat(manual.engine.snapshot().degraded()).containsExactly("dep");
  }

  private static HealthProbe probe(@Nullable Health health) {
    return new HealthProbe() {
      @Override
      public ComponentId id() {
        return new ComponentId("redis", "app");
      }

      @Override
      @SuppressWarnings("NullAway")
      public Health health() {
        return health;
      }
    };
  }

  @Test
  void aProbeIsACheckUnderTheNameOfItsComponent() {
    Health open = Health.of(Health.Status.DEGRADED, Map.of("circuit", "open"));
    ManualEngine manual = ManualEngine.started(builder -> builder.probe(probe(open)));
    assertThat(manual.view("app"))
        .isEqualTo(
            new CheckView(
                "app",
                CheckState.DEGRADED,
                ErrorCode.FAILED,
                Impact.DEGRADING,
                Scope.SHARED,
                false));
    assertThat(manual.engine.get("GET", "/health/detailed", Access.OPERATOR).text())
        .contains("\"data\":{\"circuit\":\"open\"}");
  }

  @Test
  void aProbeThatIsDownDegradesTheNodeWithinThreeRuns() {
    ManualEngine manual =
        ManualEngine.started(
            builder -> builder.probe(probe(Health.of(Health.Status.DOWN, Map.of()))));
    manual.passSeconds(4);
    assertThat(manual.view("app").state()).isEqualTo(CheckState.DOWN);
    assertThat(manual.status("/health/ready")).isEqualTo(200);
  }

  @Test
  void aProbeThatReturnsNullHasNoResult() {
    ManualEngine manual = ManualEngine.started(builder -> builder.probe(probe(null)));
    assertThat(manual.view("app").code()).isEqualTo(ErrorCode.NO_RESULT);
  }
}
