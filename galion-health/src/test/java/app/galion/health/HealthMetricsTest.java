package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HealthMetricsTest {

  private final Knob database = Knob.up();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ManualEngine manual =
      ManualEngine.started(
          builder ->
              builder
                  .check("database", database, Impact.CRITICAL)
                  .metrics("disk", () -> Map.of("free", 1)));

  private double gauge(String name, String tag, String value) {
    return registry.get(name).tag(tag, value).gauge().value();
  }

  private double state(CheckState state) {
    return registry
        .get("galion.health.check.state")
        .tag("check", "database")
        .tag("state", state.text())
        .gauge()
        .value();
  }

  private double runs(String outcome) {
    return registry
        .get("galion.health.check.runs")
        .tag("check", "database")
        .tag("outcome", outcome)
        .functionCounter()
        .count();
  }

  @Test
  void meterNamesStayWhatThePageSays() {
    new HealthMetrics(manual.engine).bindTo(registry);
    assertThat(
            new TreeSet<>(
                registry.getMeters().stream().map(Meter::getId).map(Meter.Id::getName).toList()))
        .containsExactly(
            "galion.health.check.age",
            "galion.health.check.runs",
            "galion.health.check.state",
            "galion.health.check.stuck",
            "galion.health.panic",
            "galion.health.phase",
            "galion.health.requests",
            "galion.health.status");
  }

  @Test
  void metersFollowTheSnapshotAndAScrapeRunsNothing() {
    new HealthMetrics(manual.engine).bindTo(registry);
    assertThat(state(CheckState.UP)).isEqualTo(1);
    assertThat(gauge("galion.health.status", "probe", "ready")).isEqualTo(1);
    int before = database.runs.get();
    registry.getMeters().forEach(meter -> meter.measure().forEach(each -> each.getValue()));
    assertThat(database.runs).hasValue(before);
    database.fail();
    manual.passSeconds(20);
    assertThat(state(CheckState.UP)).isZero();
    assertThat(state(CheckState.DOWN)).isEqualTo(1);
    assertThat(gauge("galion.health.status", "probe", "ready")).isZero();
    assertThat(gauge("galion.health.status", "probe", "live")).isEqualTo(1);
    assertThat(gauge("galion.health.phase", "phase", "serving")).isEqualTo(1);
  }

  @Test
  void runsAreCountedByOutcome() {
    new HealthMetrics(manual.engine).bindTo(registry);
    assertThat(runs("success")).isEqualTo(1);
    manual.hold("database");
    manual.passSeconds(15);
    assertThat(runs("timeout")).isEqualTo(2);
    assertThat(registry.get("galion.health.check.stuck").tag("check", "database").gauge().value())
        .isEqualTo(1);
  }

  @Test
  void requestsAreCountedByEndpoint() {
    new HealthMetrics(manual.engine).bindTo(registry);
    manual.get("/health/ready");
    manual.get("/health/ready?x");
    manual.get("/nowhere");
    assertThat(
            registry
                .get("galion.health.requests")
                .tag("endpoint", "ready")
                .functionCounter()
                .count())
        .isEqualTo(2);
    assertThat(
            registry
                .get("galion.health.requests")
                .tag("endpoint", "none")
                .functionCounter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void ageIsTheTimeSinceTheLastResult() {
    new HealthMetrics(manual.engine).bindTo(registry);
    manual.ticker.advance(Duration.ofSeconds(3));
    assertThat(
            registry
                .get("galion.health.check.age")
                .tag("check", "database")
                .timeGauge()
                .value(TimeUnit.SECONDS))
        .isEqualTo(3);
  }
}
