package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BuilderTest {

  private final HealthEngine.Builder builder = HealthEngine.builder("galion-api");

  @Test
  void allConflictsAreReportedAtOnce() {
    builder
        .check("database", Knob.up(), Impact.CRITICAL)
        .check("database", Knob.up(), Impact.INFO)
        .check("scheduler", Knob.up(), Impact.INFO)
        .check(
            "slow",
            Knob.up(),
            Impact.INFO,
            o -> o.interval(Duration.ofSeconds(1)).deadline(Duration.ofSeconds(1)))
        .liveness("tcp", Checks.tcp("localhost", 80))
        .group("storage", "database", "nothing")
        .group("storage", "database");
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContaining("cannot be built, 5 conflicts: ")
        .withMessageContaining("group 'storage' is there twice")
        .withMessageContaining("check 'database' is there twice")
        .withMessageContaining("check name 'scheduler' is the engine's own")
        .withMessageContaining("check 'slow': deadline PT1S must be less than interval PT1S")
        .withMessageContaining("liveness check 'tcp' is SHARED");
  }

  @Test
  void aGroupNamesReadinessChecksOnly() {
    builder.liveness("self", Knob.up()).group("storage", "self");
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContaining("group 'storage' names 'self', no readiness check");
  }

  @Test
  void the65thCheckIsOneTooMany() {
    for (int i = 1; i <= 64; i++) {
      builder.check("check-" + i, Knob.up(), Impact.INFO);
    }
    builder.build().close();
    builder.check("check-65", Knob.up(), Impact.INFO);
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContaining("65 checks, at most 64 are allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "ü", "a\n", "x\"", "<script>"})
  void aNameThatABodyCouldTripOverIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.check(name, Knob.up(), Impact.INFO))
        .withMessageContaining("must be 1 to 64 ASCII letters");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.group(name));
  }

  @Test
  void settersCheckTheirOwnArgument() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.drainDelay(Duration.ofSeconds(-1)))
        .withMessageContaining("drainDelay PT-1S must be 0 to");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.drainTimeout(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.panicThreshold(1));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.panicThreshold(Double.NaN));
  }

  @Test
  void optionsCheckTheirOwnArgument() {
    CheckOptions options = new CheckOptions();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.interval(Duration.ofMillis(9)))
        .withMessage("interval PT0.009S must be PT0.01S to PT24H");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.interval(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThatIllegalArgumentException().isThrownBy(() -> options.deadline(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> options.jitter(0.51));
    assertThatIllegalArgumentException().isThrownBy(() -> options.failAfter(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.recoverAfter(0));
  }

  @Test
  void defaultsAreTheOnesThatThePageNames() {
    assertThat(new CheckOptions().plan())
        .isEqualTo(
            new Plan(
                Duration.ofSeconds(10).toNanos(),
                Duration.ofSeconds(5).toNanos(),
                Duration.ofSeconds(2).toNanos(),
                0.1,
                2,
                2,
                Scope.LOCAL));
  }
}
