package app.galion.health;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** Publishes an engine's snapshot to Micrometer. A scrape runs no check. */
@SuppressWarnings("exports") // Micrometer is optional: not every reader of this module has it
public final class HealthMetrics implements MeterBinder {

  private final HealthEngine engine;

  /**
   * Creates a binder.
   *
   * @param engine the engine
   */
  public HealthMetrics(HealthEngine engine) {
    this.engine = requireNonNull(engine, "engine");
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    engine.monitors().forEach(monitor -> bind(registry, monitor));
    node(registry, "galion.health.status", "probe", "live", HealthSnapshot::live);
    node(registry, "galion.health.status", "probe", "ready", HealthSnapshot::ready);
    node(registry, "galion.health.status", "probe", "startup", HealthSnapshot::started);
    for (Phase phase : Phase.values()) {
      node(registry, "galion.health.phase", "phase", phase.text(), s -> s.phase() == phase);
    }
    Gauge.builder("galion.health.panic", engine, e -> flag(e.snapshot().panic()))
        .description("1 while the panic threshold overrules a check")
        .tag("service", engine.id().name())
        .strongReference(true)
        .register(registry);
    engine
        .requests()
        .forEach(
            (endpoint, count) ->
                FunctionCounter.builder("galion.health.requests", count, LongAdder::doubleValue)
                    .description("answers given by the health endpoints")
                    .tag("service", engine.id().name())
                    .tag("endpoint", endpoint)
                    .register(registry));
  }

  private void bind(MeterRegistry registry, Monitor monitor) {
    String kind = monitor.role.name().toLowerCase(Locale.ROOT);
    for (CheckState state : CheckState.values()) {
      Gauge.builder(
              "galion.health.check.state", engine, e -> flag(monitor.stateAt(e.now()) == state))
          .description("1 for the state that the check is in")
          .tag("service", engine.id().name())
          .tag("check", monitor.name)
          .tag("kind", kind)
          .tag("state", state.text())
          .strongReference(true)
          .register(registry);
    }
    TimeGauge.builder(
            "galion.health.check.age",
            () -> engine.now() - monitor.course().standing().at(),
            TimeUnit.NANOSECONDS)
        .description("time since the check's last result, or since it was built")
        .tag("service", engine.id().name())
        .tag("check", monitor.name)
        .tag("kind", kind)
        .strongReference(true)
        .register(registry);
    Gauge.builder("galion.health.check.stuck", engine, e -> flag(monitor.course().stuck()))
        .description("1 while a run has passed its deadline and has not come back")
        .tag("service", engine.id().name())
        .tag("check", monitor.name)
        .tag("kind", kind)
        .strongReference(true)
        .register(registry);
    runs(registry, monitor, kind, "success", monitor.successes);
    runs(registry, monitor, kind, "failure", monitor.failures);
    runs(registry, monitor, kind, "timeout", monitor.timeouts);
  }

  private void runs(
      MeterRegistry registry, Monitor monitor, String kind, String outcome, LongAdder count) {
    FunctionCounter.builder("galion.health.check.runs", count, LongAdder::doubleValue)
        .description("results of the check; a run that hangs counts a timeout each interval")
        .tag("service", engine.id().name())
        .tag("check", monitor.name)
        .tag("kind", kind)
        .tag("outcome", outcome)
        .register(registry);
  }

  private void node(
      MeterRegistry registry, String name, String tag, String value, Predicate<HealthSnapshot> is) {
    Gauge.builder(name, engine, e -> flag(is.test(e.snapshot())))
        .description("1 while it is so")
        .tag("service", engine.id().name())
        .tag(tag, value)
        .strongReference(true)
        .register(registry);
  }

  private static double flag(boolean value) {
    return value ? 1 : 0;
  }
}
