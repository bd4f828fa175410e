package app.galion.circuit;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of circuits: Resilience4j's own names and tags, so that its dashboards show them, and
 * {@code galion.circuit.*} beside them. Needs Micrometer on the class path.
 */
@SuppressWarnings("exports") // Micrometer is optional: not every reader of this module has it
public final class VendorCircuitMetrics implements MeterBinder {

  private static final String R4J = "resilience4j.circuitbreaker.";

  private final List<VendorCircuit> circuits;

  private VendorCircuitMetrics(List<VendorCircuit> circuits) {
    this.circuits = circuits;
  }

  /**
   * Returns the meters of the given circuits.
   *
   * @param circuits the circuits
   * @return a binder
   */
  public static VendorCircuitMetrics of(VendorCircuit... circuits) {
    return new VendorCircuitMetrics(List.of(circuits));
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (VendorCircuit circuit : circuits) {
      Tags tags = Tags.of("name", circuit.id().name());
      resilience4j(registry, circuit, tags);
      own(registry, circuit, tags);
    }
  }

  private static void resilience4j(MeterRegistry registry, VendorCircuit circuit, Tags tags) {
    CircuitBreaker breaker = circuit.gate().window.breaker;
    for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
      Gauge.builder(R4J + "state", breaker, b -> b.getState() == state ? 1 : 0)
          .tags(tags.and("state", state.name().toLowerCase(java.util.Locale.ROOT)))
          .register(registry);
    }
    Gauge.builder(R4J + "failure.rate", breaker, b -> b.getMetrics().getFailureRate())
        .tags(tags)
        .register(registry);
    Gauge.builder(R4J + "slow.call.rate", breaker, b -> b.getMetrics().getSlowCallRate())
        .tags(tags)
        .register(registry);
    Gauge.builder(R4J + "buffered.calls", breaker, b -> b.getMetrics().getNumberOfSuccessfulCalls())
        .tags(tags.and("kind", "successful"))
        .register(registry);
    Gauge.builder(R4J + "buffered.calls", breaker, b -> b.getMetrics().getNumberOfFailedCalls())
        .tags(tags.and("kind", "failed"))
        .register(registry);
    Gauge.builder(R4J + "slow.calls", breaker, b -> b.getMetrics().getNumberOfSlowSuccessfulCalls())
        .tags(tags.and("kind", "successful"))
        .register(registry);
    Gauge.builder(R4J + "slow.calls", breaker, b -> b.getMetrics().getNumberOfSlowFailedCalls())
        .tags(tags.and("kind", "failed"))
        .register(registry);
    Counters counters = circuit.counters();
    calls(registry, tags, counters, "successful", Outcome.Effect.SUCCESS, counters.successNanos);
    calls(registry, tags, counters, "failed", Outcome.Effect.FAILURE, counters.failureNanos);
    calls(registry, tags, counters, "ignored", Outcome.Effect.NEUTRAL, counters.neutralNanos);
    count(
        registry, R4J + "not.permitted.calls", tags.and("kind", "not_permitted"), counters.refused);
  }

  private static void calls(
      MeterRegistry registry,
      Tags tags,
      Counters counters,
      String kind,
      Outcome.Effect effect,
      LongAdder nanos) {
    FunctionTimer.builder(
            R4J + "calls", counters, c -> c.ended(effect), c -> nanos.sum(), TimeUnit.NANOSECONDS)
        .tags(tags.and("kind", kind))
        .register(registry);
  }

  private static void own(MeterRegistry registry, VendorCircuit circuit, Tags tags) {
    Counters counters = circuit.counters();
    for (Outcome outcome : Outcome.values()) {
      Tags tagged = tags.and("outcome", outcome.name().toLowerCase(java.util.Locale.ROOT));
      count(registry, "galion.circuit.outcomes", tagged, counters.of(outcome));
    }
    count(registry, "galion.circuit.refused", tags.and("by", "circuit"), counters.refused);
    count(registry, "galion.circuit.refused", tags.and("by", "key"), counters.refusedKey);
    count(registry, "galion.circuit.late.results", tags, counters.late);
    count(registry, "galion.circuit.transitions", tags, counters.transitions);
    count(registry, "galion.circuit.aborted", tags, counters.aborted);
    count(registry, "galion.circuit.answers", tags.and("source", "stale"), counters.stale);
    count(registry, "galion.circuit.answers", tags.and("source", "degraded"), counters.degraded);
    count(registry, "galion.circuit.stale.trouble", tags, counters.staleTrouble);
    Gauge.builder("galion.circuit.latched", circuit, c -> c.latch().latched() ? 1 : 0)
        .tags(tags)
        .register(registry);
  }

  private static void count(MeterRegistry registry, String name, Tags tags, LongAdder adder) {
    FunctionCounter.builder(name, adder, LongAdder::sum).tags(tags).register(registry);
  }
}
