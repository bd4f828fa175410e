package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class VendorProfileTest {

  private static VendorProfile.Builder mine() {
    return VendorProfile.builder("mine");
  }

  @Test
  void carriesTheOriginalsThresholds() {
    assertThat(VendorProfile.openAiChat().trip.consecutiveFailures()).isEqualTo(5);
    assertThat(VendorProfile.openAiChat().open.first()).isEqualTo(Duration.ofSeconds(60));
    assertThat(VendorProfile.openAiWhisper().trip.consecutiveFailures()).isEqualTo(5);
    assertThat(VendorProfile.openAiWhisper().open.first()).isEqualTo(Duration.ofSeconds(60));
    assertThat(VendorProfile.elevenLabsTts().trip.consecutiveFailures()).isEqualTo(3);
    assertThat(VendorProfile.elevenLabsTts().open.first()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void aCopyKeepsEverySetting() {
    VendorProfile original =
        mine()
            .outcomes(OutcomeProfile.elevenLabs())
            .consecutiveFailures(7)
            .failureRate(0.7)
            .minimumCalls(70)
            .window(Duration.ofSeconds(17))
            .openFor(Duration.ofSeconds(71))
            .maxOpenFor(Duration.ofSeconds(72))
            .jitter(0.07)
            .rampFor(Duration.ofSeconds(73))
            .latchFor(Duration.ofSeconds(74))
            .connect(Duration.ofSeconds(75))
            .firstByte(Duration.ofSeconds(76))
            .gap(Duration.ofSeconds(77))
            .total(Duration.ofSeconds(78))
            .build();
    VendorProfile copy = original.toBuilder().build();
    assertThat(copy).usingRecursiveComparison().isEqualTo(original);
    assertThat(copy).usingRecursiveComparison().isNotEqualTo(mine().build());
  }

  @Test
  void namesAllContradictionsAtOnce() {
    VendorProfile.Builder contradictory =
        mine()
            .openFor(Duration.ofMinutes(9))
            .maxOpenFor(Duration.ofMinutes(1))
            .connect(Duration.ofSeconds(11))
            .firstByte(Duration.ofSeconds(12))
            .gap(Duration.ofSeconds(13))
            .total(Duration.ofSeconds(10));
    assertThatThrownBy(contradictory::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "vendor profile 'mine' contradicts itself: openFor PT9M is longer than maxOpenFor PT1M;"
                + " connect PT11S is longer than total PT10S; firstByte PT12S is longer than total"
                + " PT10S; gap PT13S is longer than total PT10S");
  }

  @Test
  void refusesSettingsOutOfRangeWithTheirValue() {
    List<Consumer<VendorProfile.Builder>> wrong =
        List.of(
            b -> b.consecutiveFailures(0),
            b -> b.failureRate(0),
            b -> b.failureRate(1.01),
            b -> b.failureRate(Double.NaN),
            b -> b.minimumCalls(-1),
            b -> b.window(Duration.ofMillis(999)),
            b -> b.window(Duration.ofSeconds(601)),
            b -> b.openFor(Duration.ZERO),
            b -> b.maxOpenFor(Duration.ofNanos(-1)),
            b -> b.jitter(0.51),
            b -> b.jitter(Double.NaN),
            b -> b.rampFor(Duration.ofNanos(-1)),
            b -> b.latchFor(Duration.ZERO),
            b -> b.connect(Duration.ZERO),
            b -> b.firstByte(Duration.ofDays(366)),
            b -> b.gap(Duration.ofNanos(-1)),
            b -> b.total(Duration.ZERO));
    for (Consumer<VendorProfile.Builder> setting : wrong) {
      assertThatThrownBy(() -> setting.accept(mine()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("[a-zA-Z]+ \\S+ must be .*");
    }
  }

  @Test
  void anOutcomeProfileNamesAllCodesWithTwoMeanings() {
    OutcomeProfile.Builder contradictory =
        OutcomeProfile.builder()
            .codes(429, Outcome.QUOTA, "full")
            .codes(429, Outcome.THROTTLE, "full")
            .inStream(Outcome.SERVER, "oops")
            .inStream(Outcome.CALLER, "oops");
    assertThatThrownBy(contradictory::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("code 'full', status 429: QUOTA and THROTTLE")
        .hasMessageContaining("code 'oops', in a stream: SERVER and CALLER");
    assertThatThrownBy(() -> OutcomeProfile.builder().status(200, Outcome.OK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("status 200 must be 300 to 599");
  }
}
