package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Fleet;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

final class PanicTest {

  private final Knob database = Knob.up();
  private final Peers peers = new Peers();

  private ManualEngine node(Scope scope) {
    return ManualEngine.started(
        builder ->
            builder
                .check("database", database, Impact.CRITICAL, options -> options.scope(scope))
                .fleet(peers));
  }

  private void down(ManualEngine manual) {
    database.fail();
    manual.passSeconds(20);
  }

  @Test
  void whileMostOfTheFleetFailsTheSameSharedCheckTheNodeStaysReadyAndSaysSo() {
    ManualEngine manual = node(Scope.SHARED);
    peers.failing(2);
    down(manual);
    assertThat(manual.view("database").state()).isEqualTo(CheckState.DOWN);
    assertThat(manual.status("/health/ready")).isEqualTo(200);
    assertThat(manual.text("/health/ready"))
        .contains("\"database\":false")
        .contains("\"degraded\":[\"database\"]")
        .contains("\"panic\":true");
  }

  @Test
  void aMinorityIsUnready() {
    ManualEngine manual = node(Scope.SHARED);
    peers.failing(1);
    down(manual);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
    assertThat(manual.text("/health/ready")).contains("\"panic\":false");
  }

  @Test
  void troubleOfThisNodeAloneIsNobodyElses() {
    ManualEngine manual = node(Scope.LOCAL);
    peers.failing(3);
    down(manual);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
  }

  @Test
  void aFleetOfOneHasNoMajority() {
    ManualEngine manual = node(Scope.SHARED);
    peers.size = 1;
    down(manual);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
  }

  @Test
  void aNodeThatNeverServedIsNotOpenedByPanic() {
    database.fail();
    peers.failing(3);
    ManualEngine manual = node(Scope.SHARED);
    manual.passSeconds(30);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
    assertThat(manual.status("/health/startup")).isEqualTo(503);
  }

  @Test
  void panicEndsWithTheTrouble() {
    ManualEngine manual = node(Scope.SHARED);
    peers.failing(2);
    down(manual);
    peers.failing(0);
    manual.passSeconds(2);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
  }

  @Test
  void aViewThatIsTooOldCountsForNothing() {
    ManualEngine manual = node(Scope.SHARED);
    peers.failing(2);
    down(manual);
    manual.ticker.advance(Duration.ofSeconds(10));
    assertThat(manual.status("/health/ready")).isEqualTo(503);
  }

  @Test
  void aFleetThatThrowsSwitchesPanicOff() {
    ManualEngine manual = node(Scope.SHARED);
    peers.failing(2);
    down(manual);
    peers.broken = true;
    manual.passSeconds(2);
    assertThat(manual.status("/health/ready")).isEqualTo(503);
    assertThat(manual.status("/health/live")).isEqualTo(200);
  }

  @Test
  void aStoppedNodeTakesItsVoteBack() {
    ManualEngine manual = node(Scope.SHARED);
    down(manual);
    assertThat(peers.posts("health:galion-api:database")).containsKey("self");
    manual.engine.close();
    assertThat(peers.posts("health:galion-api:database")).doesNotContainKey("self");
  }

  @Test
  void drainingWinsOverPanic() {
    ManualEngine manual = node(Scope.SHARED);
    peers.failing(2);
    down(manual);
    manual.engine.drain();
    assertThat(manual.status("/health/ready")).isEqualTo(503);
  }

  /** Four nodes, this one among them; the others fail as the test says. */
  private static final class Peers implements Fleet {
    private final Map<String, String> own = new ConcurrentHashMap<>();
    private int failing;
    int size = 4;
    boolean broken;

    void failing(int count) {
      failing = count;
    }

    @Override
    public String self() {
      return "self";
    }

    @Override
    public int size() {
      if (broken) {
        throw new IllegalStateException("the fleet is out of reach");
      }
      return size;
    }

    @Override
    public void post(String topic, String note) {
      if (note.isEmpty()) {
        own.remove(topic);
      } else {
        own.put(topic, note);
      }
    }

    @Override
    public Map<String, String> posts(String topic) {
      Map<String, String> all = new ConcurrentHashMap<>();
      String note = own.get(topic);
      if (note != null) {
        all.put("self", note);
      }
      for (int i = 0; i < failing; i++) {
        all.put("peer" + i, "down");
      }
      return all;
    }

    @Override
    public CompletionStage<Boolean> tryLease(String name, Duration duration) {
      return CompletableFuture.completedFuture(false);
    }

    @Override
    public void releaseLease(String name) {
      own.remove(name);
    }
  }
}
