package app.galion.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SingleFleetTest {

  private final Fleet fleet = Fleet.single();

  @Test
  void isOneNodeThatHoldsEveryLease() {
    assertThat(fleet.size()).isOne();
    assertThat(fleet.tryLease("probe", Duration.ofSeconds(1))).isCompletedWithValue(true);
    fleet.releaseLease("probe");
    assertThat(fleet.tryLease("probe", Duration.ofSeconds(1))).isCompletedWithValue(true);
  }

  @Test
  void readsBackItsOwnNoteUntilItIsTakenBack() {
    fleet.post("votes", "open");
    assertThat(fleet.posts("votes")).containsExactly(java.util.Map.entry(fleet.self(), "open"));

    fleet.post("votes", "");
    assertThat(fleet.posts("votes")).isEmpty();
  }

  @Test
  void refusesOversizedNotesAndEmptyNames() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fleet.post("votes", "x".repeat(1025)))
        .withMessageContaining("1025");
    assertThatIllegalArgumentException().isThrownBy(() -> fleet.post("", "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fleet.tryLease("l", Duration.ZERO))
        .withMessageContaining("PT0S");
  }
}
