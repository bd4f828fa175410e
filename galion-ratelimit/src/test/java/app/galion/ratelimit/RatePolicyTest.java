package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RatePolicyTest {

  static final Duration MINUTE = Duration.ofMinutes(1);

  private static void refuses(Supplier<?> made, String message) {
    assertThatThrownBy(made::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatMakesNoSense() {
    refuses(
        () -> RatePolicy.tokenBucket("p", -1, MINUTE),
        "policy 'p' of -1 per PT1M: the number must be >= 0");
    refuses(
        () -> RatePolicy.tokenBucket("p", 1, Duration.ZERO), "must be 1 microsecond to 10 years");
    refuses(
        () -> RatePolicy.tokenBucket("p", 1, Duration.ofDays(4_000)),
        "must be 1 microsecond to 10 years");
    refuses(() -> RatePolicy.tokenBucket("p", 1, Duration.ofNanos(1_500)), "whole microseconds");
    refuses(() -> RatePolicy.slidingExact("p", 65, MINUTE), "holds at most 64; use tokenBucket");
    refuses(() -> RatePolicy.tokenBucket("a b", 1, MINUTE), "policy name 'a b' must be 1 to 64");
    refuses(() -> RatePolicy.tokenBucket("", 1, MINUTE), "policy name ''");
    refuses(() -> RatePolicy.tokenBucket("p", 1, MINUTE).deadline(Duration.ZERO), "1 ms to 60 s");
    RatePolicy four = RatePolicy.tokenBucket("p", 1, MINUTE).and(2, MINUTE).and(3, MINUTE);
    refuses(() -> four.and(4, MINUTE).and(5, MINUTE), "policy 'p' has 4 limits");
  }

  @Test
  void refusesABurstThatMakesNoSense() {
    refuses(() -> RatePolicy.tokenBucket("p", 5, MINUTE).burst(0), "a burst of 0 must be >= 1");
    refuses(() -> RatePolicy.tokenBucket("p", 0, MINUTE).burst(1), "0 where the number is 0");
    refuses(() -> RatePolicy.slidingExact("p", 5, MINUTE).burst(2), "has no burst");
    refuses(
        () -> RatePolicy.smooth("p", 7, Duration.ofDays(3_650)).burst(1L << 40),
        "and a burst of 1099511627776 cannot be exact");
    assertThat(RatePolicy.smooth("p", 0, MINUTE).limits().get(0).capacity()).isZero();
    assertThat(RatePolicy.tokenBucket("p", 5, MINUTE).and(9, MINUTE).burst(3).limits())
        .extracting(Limit::capacity)
        .containsExactly(5L, 3L);
  }

  @Test
  void refusesLeasesAndCalendarsThatMakeNoSense() {
    refuses(() -> RatePolicy.concurrency("p", 1_001), "of 1001 at once must be 0 to 1000");
    refuses(() -> RatePolicy.concurrency("p", -1), "of -1 at once must be 0 to 1000");
    RatePolicy ten = RatePolicy.concurrency("p", 10);
    refuses(() -> ten.leaseFor(Duration.ofMillis(999)), "leaseFor PT0.999S must be 1 s to 1 h");
    refuses(() -> ten.leaseFor(Duration.ofHours(2)), "must be 1 s to 1 h");
    refuses(() -> ten.and(5, MINUTE), "policy 'p' of 10 at once has one limit");
    refuses(() -> ten.burst(5), "has no burst");
    refuses(
        () -> RatePolicy.tokenBucket("p", 1, MINUTE).leaseFor(MINUTE),
        "policy 'p' of 1 per PT1M has no leases");
    assertThat(ten.leaseFor(MINUTE).limits().get(0).period()).isEqualTo(MINUTE);
    RatePolicy day = RatePolicy.calendar("p", 10, CalendarPeriod.DAY, ZoneOffset.UTC);
    refuses(() -> day.and(5, MINUTE), "policy 'p' of 10 per DAY in Z has one limit");
    refuses(
        () -> RatePolicy.calendar("p", -1, CalendarPeriod.WEEK, ZoneOffset.UTC),
        "policy 'p' of -1 per WEEK in Z: the number must be 0 to 2^52");
    assertThat(day).isEqualTo(RatePolicy.calendar("p", 10, CalendarPeriod.DAY, ZoneOffset.UTC));
    assertThat(day.sameLimits(RatePolicy.calendar("p", 10, CalendarPeriod.DAY, ZoneId.of("CET"))))
        .isFalse();
  }

  @Test
  void refusesWhatCannotBeExact() {
    refuses(
        () -> RatePolicy.tokenBucket("p", 1_000_003, Duration.ofDays(3_650)),
        "cannot be exact: the least common multiple");
    assertThat(RatePolicy.tokenBucket("p", 1_000_000, Duration.ofDays(3_650)).name())
        .isEqualTo("p");
  }

  @Test
  void hasTheDocumentedDefaults() {
    assertThat(RatePolicy.tokenBucket("p", 1, MINUTE).deadline()).hasMillis(50);
    assertThat(RatePolicy.slidingExact("p", 1, MINUTE).deadline()).hasMillis(500);
    assertThat(RatePolicy.tokenBucket("p", 1, MINUTE).onFailure())
        .isEqualTo(FailurePolicy.FAIL_LOCAL);
  }

  @Test
  void presetsAreTheServicesTable() {
    List<String> presets =
        RatePresets.all().stream()
            .map(
                each ->
                    each.name()
                        + " "
                        + each.limits().get(0).n()
                        + "/"
                        + each.limits().get(0).period()
                        + " "
                        + each.deadline().toMillis())
            .toList();
    assertThat(presets)
        .containsExactly(
            "login 10/PT1M 500",
            "register 5/PT1M 500",
            "reset 3/PT1M 500",
            "read 200/PT1M 50",
            "write 100/PT1M 50",
            "delete 50/PT1M 50",
            "stt 60/PT1M 50",
            "tts 60/PT1M 50",
            "chat 30/PT1M 50",
            "upload 20/PT1M 50",
            "search 30/PT1M 50",
            "public 300/PT1M 50",
            "default 1000/PT1H 50");
  }

  @Test
  void theBuilderRefusesWhatMakesNoSense() {
    refuses(() -> RateLimiter.builder("a b"), "a b");
    refuses(
        () -> RateLimiter.builder("api").denyMemory(Duration.ofSeconds(2)),
        "denyMemory PT2S must be 0 to 1 s");
    refuses(() -> RateLimiter.builder("api").denyMemory(Duration.ofNanos(-1)), "must be 0 to 1 s");
  }

  @Test
  void subjectsThatAreNoUnicodeTextShareNoCounter() {
    RatePolicy policy = RatePolicy.tokenBucket("p", 1, MINUTE);
    List<String> subjects =
        List.of("a?", "a\uD800", "a\uD801", "a\uDC00", "a\uD83D\uDE00", "\uD800a", "a\uFFFD", "?a");
    assertThat(subjects).extracting(each -> policy.by(each).tag()).doesNotHaveDuplicates();
    String filler = "x".repeat(64);
    assertThat(subjects).extracting(each -> policy.by(filler + each).tag()).doesNotHaveDuplicates();
  }

  @Test
  void aKeyNeverShowsItsSubject() {
    LimitKey key = RatePolicy.tokenBucket("p", 1, MINUTE).by("alice@example.org");
    assertThat(key.toString()).startsWith("'p' by {").doesNotContain("alice");
  }
}
