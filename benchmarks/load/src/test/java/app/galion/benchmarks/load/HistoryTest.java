package app.galion.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistoryTest {

  private final History history = new History(1, 5);

  @Test
  void countsAValueAsStaleFromTheEndOfTheWriteThatReplacedIt() {
    history.begin(0);
    history.end(0, 100);
    history.begin(0);
    history.end(0, 200);

    assertThat(history.staleFor(0, 1, 250)).isEqualTo(50);
    assertThat(history.staleFor(0, 1, 150)).as("asked before").isZero();
    assertThat(history.staleFor(0, 2, 250)).as("the latest").isZero();
  }

  @Test
  void countsNothingAsStaleWhileTheNextWriteIsUnderWay() {
    history.begin(0);
    history.end(0, 100);
    history.begin(0);

    assertThat(history.latest(0)).isEqualTo(2);
    assertThat(history.staleFor(0, 1, 999)).isZero();
  }

  @Test
  void keepsTheAgeOfTheFirstOfSeveralWritesThatWereMissed() {
    for (int version = 1; version <= 4; version++) {
      history.begin(0);
      history.end(0, version * 100L);
    }

    assertThat(history.staleFor(0, 1, 1_000)).isEqualTo(800);
  }
}
