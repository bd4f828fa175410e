package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class StandingTest {

  private static final CheckResult FAIL = CheckResult.down(ErrorCode.REFUSED, "refused");

  private static Plan plan(int failAfter, int recoverAfter) {
    return new CheckOptions()
        .interval(Duration.ofSeconds(1))
        .deadline(Duration.ofMillis(100))
        .failAfter(failAfter)
        .recoverAfter(recoverAfter)
        .plan();
  }

  /** What consecutive means, told another way: by looking back over all results. */
  private static CheckState model(StringBuilder results, int failAfter, int recoverAfter) {
    CheckState state = CheckState.UNKNOWN;
    boolean everUp = false;
    for (int end = 1; end <= results.length(); end++) {
      String past = results.substring(0, end);
      if (past.endsWith("-".repeat(failAfter))) {
        state = CheckState.DOWN;
      } else if (past.endsWith("+")
          && (!everUp || state != CheckState.DOWN || past.endsWith("+".repeat(recoverAfter)))) {
        state = CheckState.UP;
        everUp = true;
      }
    }
    return state;
  }

  @RepeatedTest(50)
  void hysteresisEqualsItsModel() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int failAfter = 1 + random.nextInt(4);
    int recoverAfter = 1 + random.nextInt(4);
    Plan plan = plan(failAfter, recoverAfter);
    Standing standing = Standing.initial(0);
    StringBuilder results = new StringBuilder();
    for (int i = 1; i <= 100; i++) {
      boolean fails = random.nextInt(100) < 50;
      results.append(fails ? '-' : '+');
      long now = i * plan.interval();
      standing = standing.with(fails ? FAIL : CheckResult.up(), 1, now, plan);
      assertThat(standing.stateAt(now, plan))
          .as(
              "seed %d, fail after %d, recover after %d, %s",
              seed, failAfter, recoverAfter, results)
          .isEqualTo(model(results, failAfter, recoverAfter));
    }
  }

  @Test
  void oneFailureAmongSuccessesIsNoNews() {
    Plan plan = plan(2, 2);
    Standing standing = Standing.initial(0);
    for (int i = 1; i <= 10; i++) {
      standing = standing.with(i % 2 == 0 ? FAIL : CheckResult.up(), 1, i, plan);
    }
    assertThat(standing.state()).isEqualTo(CheckState.UP);
  }

  @Test
  void whatWasCountedBeforeALongGapIsForgotten() {
    Plan plan = plan(2, 2);
    Standing standing = Standing.initial(0).with(CheckResult.up(), 1, 0, plan);
    standing = standing.with(FAIL, 1, 1, plan);
    long later = 1 + plan.maxAge();
    assertThat(standing.stateAt(later, plan)).isEqualTo(CheckState.UNKNOWN);
    assertThat(standing.codeAt(later, plan)).isEqualTo(ErrorCode.STALE);
    standing = standing.with(FAIL, 1, later, plan);
    assertThat(standing.state()).isEqualTo(CheckState.UNKNOWN);
    assertThat(standing.failures()).isEqualTo(1);
  }
}
