package app.galion.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiTest {

  private static final ComponentId ID = new ComponentId("circuit", "openai-chat");

  @Nested
  class AComponentId {

    @Test
    void printsKindAndQuotedName() {
      assertThat(ID).hasToString("circuit 'openai-chat'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\nb", "a{b}", "ü"})
    void refusesNamesThatWouldNeedEscaping(String name) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ComponentId("cache", name))
          .withMessageStartingWith("cache name '" + name + "'");
    }

    @Test
    void shortensAnOversizedNameInItsMessage() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ComponentId("cache", "x".repeat(10_000)))
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
    }
  }

  @Nested
  class APermit {

    @Test
    void ofNoGuardIsGrantedAndShared() {
      Permit permit = Guard.none().tryAcquire();

      assertThat(permit.granted()).isTrue();
      assertThat(permit.retryAfterNanos()).isZero();
      assertThat(permit).isSameAs(Guard.none().tryAcquire());
    }

    @Test
    void whenRefusedCarriesItsRetryTimeAndIgnoresItsEnd() {
      Permit refusal = Permit.refused(7);

      refusal.success();
      refusal.failure(new IllegalStateException());
      refusal.ignore();

      assertThat(refusal.granted()).isFalse();
      assertThat(refusal.retryAfterNanos()).isEqualTo(7);
    }

    @Test
    void refusesANegativeRetryTime() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Permit.refused(-1))
          .withMessageContaining("-1");
    }
  }

  @Test
  void healthKeepsASortedCopyOfItsDetails() {
    Map<String, String> details = new HashMap<>(Map.of("b", "2", "a", "1"));
    Health health = Health.of(Health.Status.DEGRADED, details);

    details.put("c", "3");

    assertThat(health.details()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
    assertThat(Health.up().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void staleRefusesANegativeAge() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Stale<>("v", Duration.ofSeconds(-1)))
        .withMessageContaining("PT-1S");
  }

  @Test
  void staleSourceNoneIsEmpty() {
    assertThat(StaleSource.none().lastGood("k"))
        .isCompletedWithValueMatching(java.util.Optional::isEmpty);
  }

  @Test
  void rejectionNamesItsComponentAndHasNoStackTrace() {
    RejectedException e = new RejectedException(ID, "no", Duration.ofSeconds(3));

    assertThat(e.id()).isEqualTo(ID);
    assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(e.getStackTrace()).isEmpty();
    assertThat(new GalionException(ID, "no", e)).hasCause(e).hasMessage("no");
  }

  @Test
  void tickerRunsForward() {
    long before = Ticker.system().read();

    assertThat(Ticker.system().read() - before).isNotNegative();
  }
}
