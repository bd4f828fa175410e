package app.galion.health;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a component that answers from memory, hence often. */
final class ProbeCheck implements HealthCheck {

  private final HealthProbe probe;

  ProbeCheck(HealthProbe probe) {
    this.probe = requireNonNull(probe, "probe");
  }

  @Override
  public CheckResult check(Duration deadline) {
    @Nullable Health health = probe.health();
    if (health == null) {
      return CheckResult.down(ErrorCode.NO_RESULT, probe.id() + " returned null");
    }
    ErrorCode code = health.status() == Health.Status.UP ? ErrorCode.NONE : ErrorCode.FAILED;
    return new CheckResult(health.status(), code, "", Map.of()).with(health.details());
  }

  @Override
  public void prefer(CheckOptions options) {
    options
        .interval(Duration.ofSeconds(2))
        .failingInterval(Duration.ofSeconds(2))
        .deadline(Duration.ofSeconds(1))
        .scope(Scope.SHARED);
  }
}
