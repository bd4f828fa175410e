package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Fleet;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link Fleet} keeps, seen from one node; extend it and give it yours. */
public abstract class FleetContract {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String TOPIC = "contract-topic";
  private static final String NAME = "contract-lease";

  /** For subclasses. */
  protected FleetContract() {}

  /**
   * Returns a node of a fleet in which no other node holds a lease or writes notes. What connects
   * the nodes works.
   *
   * @return a new or unused node
   */
  protected abstract Fleet fleet();

  @Test
  void hasOneIdForItsLife() {
    Fleet fleet = fleet();
    assertThat(fleet.self()).isNotBlank().isEqualTo(fleet.self());
  }

  @Test
  void countsItself() {
    assertThat(fleet().size()).isPositive();
  }

  @Test
  void showsItsOwnNoteUntilItIsTakenBack() {
    Fleet fleet = fleet();
    fleet.post(TOPIC, "first");
    fleet.post(TOPIC, "second");
    Await.until(
        "the note is there", SOON, () -> "second".equals(fleet.posts(TOPIC).get(fleet.self())));
    fleet.post(TOPIC, "");
    Await.until("the note is gone", SOON, () -> !fleet.posts(TOPIC).containsKey(fleet.self()));
  }

  @Test
  void knowsNoNotesOfAnUnknownTopic() {
    assertThat(fleet().posts("contract-nobody-wrote")).isEmpty();
  }

  @Test
  void givesNotesThatNobodyCanChange() {
    Fleet fleet = fleet();
    fleet.post(TOPIC, "mine");
    Await.until("the note is there", SOON, () -> !fleet.posts(TOPIC).isEmpty());
    assertThatThrownBy(() -> fleet.posts(TOPIC).put("x", "y"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void takesTopicsAndNotesUpToTheirLimits() {
    Fleet fleet = fleet();
    assertThatCode(() -> fleet.post("t".repeat(200), "n".repeat(1024))).doesNotThrowAnyException();
    fleet.post("t".repeat(200), "");
    assertThatIllegalArgumentException().isThrownBy(() -> fleet.post("", "note"));
    assertThatIllegalArgumentException().isThrownBy(() -> fleet.post("t".repeat(201), "note"));
    assertThatIllegalArgumentException().isThrownBy(() -> fleet.post(TOPIC, "n".repeat(1025)));
  }

  @Test
  void takesALeaseThatIsFreeAndKeepsIt() throws Exception {
    Fleet fleet = fleet();
    Await.until("it is taken", SOON, () -> leased(fleet));
    Await.until("it is taken again by its holder", SOON, () -> leased(fleet));
    fleet.releaseLease(NAME);
    Await.until("it is taken again after its release", SOON, () -> leased(fleet));
    fleet.releaseLease(NAME);
  }

  @Test
  void releasingALeaseThatIsNotHeldDoesNothing() {
    Fleet fleet = fleet();
    assertThatCode(() -> fleet.releaseLease("contract-never-held")).doesNotThrowAnyException();
  }

  private static boolean leased(Fleet fleet) throws Exception {
    return fleet
        .tryLease(NAME, LEASE)
        .toCompletableFuture()
        .get(SOON.toMillis(), TimeUnit.MILLISECONDS);
  }
}
