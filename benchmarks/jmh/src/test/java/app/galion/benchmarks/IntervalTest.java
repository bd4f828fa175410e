package app.galion.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntervalTest {

  @Test
  void spansAllOfFiveFiguresThatDiffer() {
    assertThat(Interval.of(5, 1, 4, 2, 3)).isEqualTo(new Interval(3, 1, 5));
  }

  @Test
  void narrowsWithTheNumberOfFigures() {
    SplittableRandom random = new SplittableRandom(1);
    Interval many = Interval.of(random.doubles(200, 90, 110).toArray());

    assertThat(many.median()).isCloseTo(100, within(2.0));
    assertThat(many.high() - many.low()).isBetween(0.1, 6.0);
  }

  @Test
  void promisesNothingOfASingleFigure() {
    Interval one = Interval.of(7);

    assertThat(one.median()).isEqualTo(7);
    assertThat(one.low()).isNaN();
    assertThat(one.text()).isEqualTo("7.00");
  }

  @Test
  void leavesOutOfARatioWhatSlowedAWholeRoundDown() {
    Figure mine = figure(CacheContender.GALION, 50, 500, 55, 100);
    Figure other = figure(CacheContender.CAFFEINE_RECORDED, 100, 1000, 110, 200);

    assertThat(mine.costBeside(other)).isEqualTo(new Interval(0.5, 0.5, 0.5));
  }

  @Test
  void judgesAGoalOnlyByAnIntervalThatIsWhollyOnOneSide() {
    Goal goal = Goal.time(CacheContender.GALION, CacheContender.CAFFEINE_RECORDED, 1.05);
    Figure other = figure(CacheContender.CAFFEINE_RECORDED, 100, 100, 100);

    assertThat(measure(goal, figure(CacheContender.GALION, 90, 104, 95), other)).endsWith("| held");
    assertThat(measure(goal, figure(CacheContender.GALION, 90, 120, 95), other))
        .endsWith("| too noisy to say");
    assertThat(measure(goal, figure(CacheContender.GALION, 110, 120, 115), other))
        .endsWith("| **missed**");
    assertThat(measure(goal, figure(CacheContender.GALION, 10), figure(other.contender(), 100)))
        .endsWith("| too noisy to say");
  }

  private static String measure(Goal goal, Figure mine, Figure other) {
    return goal.measure(Optional.of(mine), Optional.of(other));
  }

  private static Figure figure(Contender contender, double... scores) {
    List<Double> each = java.util.Arrays.stream(scores).boxed().toList();
    double none = Double.NaN;
    return new Figure(contender, 1, each, false, 0, none, none, none, none);
  }
}
