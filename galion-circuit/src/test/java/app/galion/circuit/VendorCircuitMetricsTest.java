package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class VendorCircuitMetricsTest {

  private final VendorCircuit circuit =
      VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();
  private final MeterRegistry registry = new SimpleMeterRegistry();

  VendorCircuitMetricsTest() {
    VendorCircuitMetrics.of(circuit).bindTo(registry);
  }

  private double count(String name, String tag, String value) {
    return registry.get(name).tag(tag, value).functionCounter().count();
  }

  private double calls(String kind) {
    return registry
        .get("resilience4j.circuitbreaker.calls")
        .tag("kind", kind)
        .functionTimer()
        .count();
  }

  private double gauge(String name, String tag, String value) {
    return registry.get(name).tag(tag, value).gauge().value();
  }

  @Test
  void haveTheseNames() {
    TreeSet<String> names = new TreeSet<>();
    for (Meter meter : registry.getMeters()) {
      names.add(meter.getId().getName());
      assertThat(meter.getId().getTag("name")).isEqualTo("openai-chat");
    }
    assertThat(names)
        .containsExactly(
            "galion.circuit.aborted",
            "galion.circuit.answers",
            "galion.circuit.latched",
            "galion.circuit.late.results",
            "galion.circuit.outcomes",
            "galion.circuit.refused",
            "galion.circuit.stale.trouble",
            "galion.circuit.transitions",
            "resilience4j.circuitbreaker.buffered.calls",
            "resilience4j.circuitbreaker.calls",
            "resilience4j.circuitbreaker.failure.rate",
            "resilience4j.circuitbreaker.not.permitted.calls",
            "resilience4j.circuitbreaker.slow.call.rate",
            "resilience4j.circuitbreaker.slow.calls",
            "resilience4j.circuitbreaker.state");
  }

  @Test
  void followTheCircuit() {
    circuit.tryAcquire().success();
    for (int i = 0; i < 5; i++) {
      circuit.tryAcquire().complete(Verdict.of(Outcome.SERVER, "sick"));
    }
    circuit.tryAcquire();
    circuit.<String>call(call -> "never").orDegraded(reason -> "sorry");
    assertThat(gauge("resilience4j.circuitbreaker.state", "state", "open")).isEqualTo(1);
    assertThat(gauge("resilience4j.circuitbreaker.state", "state", "closed")).isZero();
    assertThat(gauge("resilience4j.circuitbreaker.buffered.calls", "kind", "failed")).isEqualTo(5);
    assertThat(calls("successful")).isEqualTo(1);
    assertThat(calls("failed")).isEqualTo(5);
    assertThat(count("resilience4j.circuitbreaker.not.permitted.calls", "kind", "not_permitted"))
        .isEqualTo(2);
    assertThat(count("galion.circuit.outcomes", "outcome", "server")).isEqualTo(5);
    assertThat(count("galion.circuit.refused", "by", "circuit")).isEqualTo(2);
    assertThat(count("galion.circuit.answers", "source", "degraded")).isEqualTo(1);
    assertThat(registry.get("galion.circuit.transitions").functionCounter().count()).isEqualTo(1);
  }

  @Test
  void showALatchedKey() {
    assertThat(registry.get("galion.circuit.latched").gauge().value()).isZero();
    circuit.tryAcquire().complete(Verdict.of(Outcome.AUTH, "bad key"));
    circuit.tryAcquire();
    assertThat(registry.get("galion.circuit.latched").gauge().value()).isEqualTo(1);
    assertThat(count("galion.circuit.refused", "by", "key")).isEqualTo(1);
    assertThat(calls("ignored")).isEqualTo(1);
  }
}
