package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Stale;
import app.galion.spi.StaleSource;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackTest {

  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final StaleSource<String, String> HOUR_OLD =
      key ->
          CompletableFuture.completedFuture(
              Optional.of(new Stale<>("old " + key, Duration.ofHours(1))));

  private final VendorCircuit circuit =
      VendorCircuit.builder("openai-chat", VendorProfile.openAiChat())
          .ticker(new FakeTicker())
          .clock(() -> NOON)
          .random(() -> 0.5)
          .staleTimeout(Duration.ofMillis(50))
          .build();

  private Fallback<String> failing(Outcome outcome) {
    return circuit.call(
        call -> {
          throw call.failure(Verdict.of(outcome, 503, "code", "message"));
        });
  }

  private Answer<String> answer(Fallback<String> call) {
    return call.orStale(HOUR_OLD, "hi").orDegraded(reason -> "sorry: " + reason.outcome());
  }

  @Test
  void aGoodCallIsLive() {
    Answer<String> answer = answer(circuit.call(call -> "hello"));
    assertThat(answer)
        .isEqualTo(new Answer<>("hello", Answer.Source.LIVE, Duration.ZERO, null, null));
  }

  @Test
  void aFailureIsAnsweredWithTheLastGoodValueAndItsAge() {
    Answer<String> answer = answer(failing(Outcome.OVERLOAD));
    assertThat(answer.value()).isEqualTo("old hi");
    assertThat(answer.source()).isEqualTo(Answer.Source.STALE);
    assertThat(answer.age()).isEqualTo(Duration.ofHours(1));
    assertThat(answer.reason()).isNotNull();
    assertThat(answer.reason().outcome()).isEqualTo(Outcome.OVERLOAD);
    assertThat(answer.reason().code()).isEqualTo("code");
  }

  @Test
  void whatIsTooOldIsNotServed() {
    Answer<String> answer =
        failing(Outcome.SERVER)
            .orStale(HOUR_OLD, "hi", Duration.ofMinutes(59))
            .orDegraded(reason -> "sorry");
    assertThat(answer.source()).isEqualTo(Answer.Source.DEGRADED);
    assertThat(answer.value()).isEqualTo("sorry");
  }

  @Test
  void theFirstSourceThatHasAValueAnswers() {
    Answer<String> answer =
        failing(Outcome.SERVER)
            .orStale(StaleSource.none(), "hi")
            .orStale(HOUR_OLD, "second")
            .orStale(HOUR_OLD, "third")
            .orThrow();
    assertThat(answer.value()).isEqualTo("old second");
  }

  @Test
  void anOpenCircuitAnswersWithItsReasonAndItsNextTrial() {
    for (int i = 0; i < 5; i++) {
      answer(failing(Outcome.OVERLOAD));
    }
    Answer<String> answer =
        circuit.<String>call(call -> "never").orDegraded(reason -> "sorry: " + reason.message());
    assertThat(answer.source()).isEqualTo(Answer.Source.DEGRADED);
    assertThat(answer.value()).contains("circuit 'openai-chat' is OPEN");
    assertThat(answer.retryAt()).isEqualTo(NOON.plusSeconds(60));
    assertThat(answer.reason()).isNotNull();
    assertThat(answer.reason().outcome()).isEqualTo(Outcome.OVERLOAD);
  }

  @ParameterizedTest
  @EnumSource(
      value = Outcome.class,
      names = {"CALLER", "POLICY", "CONFLICT", "MODEL_GONE", "LOCAL"})
  void nothingHidesTheCallersFaultOrTheWorksOwn(Outcome outcome) {
    assertThatThrownBy(() -> answer(failing(outcome)))
        .isInstanceOfSatisfying(
            VendorException.class, e -> assertThat(e.outcome()).isEqualTo(outcome));
  }

  @Test
  void aBrokenOrSleepingStaleSourceNeverHurts() {
    StaleSource<String, String> broken =
        key -> {
          throw new IllegalStateException("broken");
        };
    StaleSource<String, String> failed =
        key -> CompletableFuture.failedFuture(new IllegalStateException("failed"));
    StaleSource<String, String> asleep = key -> new CompletableFuture<>();
    Answer<String> answer =
        failing(Outcome.SERVER)
            .orStale(broken, "a")
            .orStale(failed, "b")
            .orStale(asleep, "c")
            .orDegraded(reason -> "sorry");
    assertThat(answer.source()).isEqualTo(Answer.Source.DEGRADED);
    assertThat(circuit.counters().staleTrouble.sum()).isEqualTo(3);
  }

  @Test
  void withoutAFallbackTheErrorIsThrown() {
    assertThatThrownBy(() -> failing(Outcome.SERVER).orThrow())
        .isInstanceOf(VendorException.class)
        .hasMessage("circuit 'openai-chat': SERVER, status 503 code: message");
  }
}
