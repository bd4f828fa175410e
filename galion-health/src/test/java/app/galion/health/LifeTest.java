package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A node's life: starting, serving, draining, stopped. */
final class LifeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Knob database = Knob.up();
  private final AtomicInteger inFlight = new AtomicInteger(2);

  private HealthEngine.Builder settings(HealthEngine.Builder builder) {
    return builder
        .check("database", database, Impact.CRITICAL)
        .inFlight(inFlight::get)
        .drainDelay(Duration.ofSeconds(10))
        .drainTimeout(Duration.ofSeconds(30));
  }

  @Nested
  final class Starting {

    @Test
    void anEngineThatWasNotStartedIsNotReadyEvenWithoutChecks() {
      ManualEngine manual = ManualEngine.of(builder -> builder);
      assertThat(manual.status("/health/ready")).isEqualTo(503);
      assertThat(manual.status("/health/startup")).isEqualTo(503);
      manual.engine.start();
      assertThat(manual.status("/health/ready")).isEqualTo(200);
    }

    @Test
    void theFirstSuccessOpensTheNode() {
      ManualEngine manual = ManualEngine.of(LifeTest.this::settings);
      manual.engine.start();
      assertThat(manual.status("/health/ready")).isEqualTo(503);
      assertThat(manual.engine.snapshot().phase()).isEqualTo(Phase.STARTING);
      manual.engine.turn();
      assertThat(manual.engine.snapshot().phase()).isEqualTo(Phase.SERVING);
    }

    @Test
    void startedStaysTrueThroughLaterTrouble() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      database.fail();
      manual.passSeconds(30);
      assertThat(manual.status("/health/ready")).isEqualTo(503);
      assertThat(manual.status("/health/startup")).isEqualTo(200);
    }

    @Test
    void startingTwiceIsStartingOnce() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      manual.engine.start();
      manual.engine.turn();
      assertThat(database.runs).hasValue(1);
    }
  }

  @Nested
  final class Draining {

    @Test
    void readinessTurns503AtOnceAndLivenessStays() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      manual.engine.drain();
      assertThat(manual.status("/health/ready")).isEqualTo(503);
      assertThat(manual.text("/health/ready"))
          .startsWith("{\"status\":\"not_ready\",\"checks\":{\"database\":true}")
          .contains("\"phase\":\"draining\"");
      assertThat(manual.status("/health/live")).isEqualTo(200);
    }

    @Test
    void nothingFlipsReadinessBack() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      manual.engine.drain();
      database.fail();
      manual.passSeconds(20);
      database.mend();
      manual.passSeconds(60);
      manual.engine.start();
      assertThat(manual.view("database").state()).isEqualTo(CheckState.UP);
      assertThat(manual.status("/health/ready")).isEqualTo(503);
    }

    @Test
    void drainTellsHowFarItIs() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      assertThat(manual.text("/health/drain"))
          .isEqualTo("{\"status\":\"serving\",\"in_flight\":2,\"elapsed_seconds\":0.000}");
      assertThat(manual.status("/health/drain")).isEqualTo(202);
      manual.engine.drain();
      manual.passSeconds(11);
      assertThat(manual.text("/health/drain"))
          .isEqualTo("{\"status\":\"draining\",\"in_flight\":2,\"elapsed_seconds\":11.000}");
      inFlight.set(0);
      assertThat(manual.text("/health/drain")).startsWith("{\"status\":\"drained\"");
      assertThat(manual.status("/health/drain")).isEqualTo(200);
    }

    @Test
    void waitsTheDelayAndThenForWhatIsInFlight() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      CompletableFuture<Boolean> drained = awaiting(manual);
      Await.until("draining", PATIENCE, () -> manual.status("/health/ready") == 503);
      inFlight.set(0);
      assertThat(manual.text("/health/drain")).startsWith("{\"status\":\"draining\"");
      inFlight.set(1);
      manual.ticker.advance(Duration.ofSeconds(10));
      assertThat(manual.text("/health/drain")).startsWith("{\"status\":\"draining\"");
      assertThat(drained).isNotDone();
      inFlight.set(0);
      assertThat(drained.orTimeout(20, java.util.concurrent.TimeUnit.SECONDS).join()).isTrue();
    }

    @Test
    void givesUpOnWhatIsInFlightAtTheTimeout() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      CompletableFuture<Boolean> drained = awaiting(manual);
      Await.until("draining", PATIENCE, () -> manual.status("/health/ready") == 503);
      manual.ticker.advance(Duration.ofSeconds(40));
      assertThat(drained.orTimeout(20, java.util.concurrent.TimeUnit.SECONDS).join()).isFalse();
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheDrain() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      Thread.currentThread().interrupt();
      assertThatThrownBy(manual.engine::awaitDrained)
          .isInstanceOf(InterruptedException.class)
          .hasMessageContaining("interrupted while draining");
      assertThat(manual.status("/health/ready")).isEqualTo(503);
    }

    @Test
    void aCounterThatThrowsCountsAsNothingInFlight() {
      ManualEngine manual =
          ManualEngine.started(
              builder ->
                  settings(builder)
                      .inFlight(
                          () -> {
                            throw new AssertionError("gone");
                          }));
      assertThat(manual.text("/health/drain")).contains("\"in_flight\":0");
    }

    private CompletableFuture<Boolean> awaiting(ManualEngine manual) {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return manual.engine.awaitDrained();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          },
          task -> new Thread(task, "awaits-the-drain").start());
    }
  }

  @Nested
  final class Stopped {

    @Test
    void closedMeansNotReadyAndAlive() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      manual.engine.close();
      manual.engine.close();
      assertThat(manual.status("/health/ready")).isEqualTo(503);
      assertThat(manual.status("/health/live")).isEqualTo(200);
      assertThat(manual.engine).hasToString(manual.engine.id() + " stopped");
    }

    @Test
    void aClosedEngineDoesNotStartAgain() {
      ManualEngine manual = ManualEngine.of(LifeTest.this::settings);
      manual.engine.close();
      assertThatIllegalStateException()
          .isThrownBy(manual.engine::start)
          .withMessageContaining("is closed; build another one");
    }

    @Test
    void listenersHearOfTheStopAndOfNothingAfterIt() {
      ManualEngine manual = ManualEngine.started(LifeTest.this::settings);
      manual.engine.close();
      assertThat(manual.told).last().extracting(Transition::to).isEqualTo("stopped");
      int told = manual.told.size();
      manual.ticker.advance(Duration.ofSeconds(60));
      assertThat(manual.view("database").state()).isEqualTo(CheckState.UNKNOWN);
      assertThat(manual.told).hasSize(told);
    }
  }
}
