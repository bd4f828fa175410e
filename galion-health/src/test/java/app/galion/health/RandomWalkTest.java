package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Whatever happens in whatever order, what a node says of itself hangs together. */
final class RandomWalkTest {

  private static final List<String> NAMES = List.of("database", "redis", "self");

  private final List<Knob> knobs = List.of(Knob.up(), Knob.up(), Knob.up());
  private final ManualEngine manual =
      ManualEngine.of(
          builder ->
              builder
                  .check("database", knobs.get(0), Impact.CRITICAL)
                  .check("redis", knobs.get(1), Impact.DEGRADING)
                  .liveness("self", knobs.get(2)));

  private boolean wasStarted;
  private Phase phase = Phase.STARTING;

  @RepeatedTest(20)
  void whatTheNodeSaysHangsTogether() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    manual.engine.start();
    for (int step = 0; step < 400; step++) {
      act(random, step);
      verify("seed " + seed + ", step " + step);
    }
    manual.engine.close();
    verify("seed " + seed + ", closed");
  }

  private void act(Random random, int step) {
    int which = random.nextInt(NAMES.size());
    Knob knob = knobs.get(which);
    switch (random.nextInt(9)) {
      case 0 -> knob.fail();
      case 1 -> knob.mend();
      case 2 ->
          knob.set(
              deadline -> {
                throw new IllegalStateException("odd");
              });
      case 3 -> knob.set(deadline -> CheckResult.degraded(ErrorCode.LOADING, "slow"));
      case 4 -> {
        manual.release(NAMES.get(which));
        manual.hold(NAMES.get(which));
      }
      case 5 -> manual.release(NAMES.get(which));
      case 6 -> manual.ticker.advance(Duration.ofMillis(random.nextInt(40_000)));
      default -> manual.pass(Duration.ofMillis(1 + random.nextInt(10_000)));
    }
    if (step == 350) {
      manual.engine.drain();
    }
  }

  private void verify(String where) {
    HealthSnapshot node = manual.engine.snapshot();
    CheckState database = manual.view("database").state();
    CheckState redis = manual.view("redis").state();
    assertThat(node.ready()).as(where).isEqualTo(database.works() && node.phase() == Phase.SERVING);
    assertThat(node.live()).as(where).isEqualTo(manual.view("self").state() != CheckState.DOWN);
    assertThat(node.degraded().contains("redis")).as(where).isEqualTo(redis != CheckState.UP);
    assertThat(node.phase()).as(where).isGreaterThanOrEqualTo(phase);
    assertThat(node.started()).as(where).isIn(wasStarted, true);
    assertThat(manual.status("/health/ready")).as(where).isEqualTo(node.ready() ? 200 : 503);
    assertThat(manual.status("/health/live")).as(where).isEqualTo(node.live() ? 200 : 503);
    assertThat(manual.status("/health/startup")).as(where).isEqualTo(node.started() ? 200 : 503);
    assertThat(manual.text("/health/ready"))
        .as(where)
        .contains("\"database\":" + database.works(), "\"redis\":" + redis.works());
    NAMES.forEach(name -> assertThat(manual.held(name)).as(where).isLessThanOrEqualTo(1));
    phase = node.phase();
    wasStarted = node.started();
  }
}
