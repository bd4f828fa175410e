package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Reason;
import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.Await;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every limiter does beside its decisions: shadow policies and limits nearly used up. */
abstract class WatchingContract extends LimiterContract {

  /** Builds one on the same counters. */
  abstract RateLimiterBuilder another();

  final RatePolicy shadow = bucket("watched", 3).shadow();
  final LimitKey shadowed = shadow.by(subject);
  final LimitKey wide = bucket("wide", 100).by(subject);

  private void stands(LimitKey key, long number) {
    Await.until(number + " left of " + key, PATIENT, () -> remaining(key) == number);
  }

  private static double shadowDenials(SimpleMeterRegistry registry, String policy) {
    FunctionCounter meter =
        registry.find("galion.ratelimit.shadow.denials").tag("policy", policy).functionCounter();
    return meter == null ? 0 : meter.count();
  }

  @Test
  void aShadowIsCountedAndDeniesNothing() {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (RateLimiter limiter = another().onShadowDenial(told::add).build()) {
      new RateLimiterMetrics(limiter).bindTo(registry);
      for (int i = 1; i <= 3; i++) {
        assertThat(limiter.check(wide, shadowed).allowed()).isTrue();
        long left = 3 - i;
        Await.until("it is judged", PATIENT, () -> limiter.state(shadowed).remaining() == left);
      }
      for (int i = 0; i < 2; i++) {
        Decision decision = limiter.check(wide, shadowed);
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.retryAfter()).isZero();
        assertThat(decision.limits()).extracting(LimitState::policy).containsExactly("wide");
      }
      Await.until("both denials are told", PATIENT, () -> told.size() == 2);
      assertThat(told).allMatch(state -> state.policy().equals("watched") && state.limit() == 3);
      assertThat(shadowDenials(registry, "watched")).isEqualTo(2);
      assertThat(registry.find("galion.ratelimit.denials").meters()).isEmpty();
    }
  }

  @Test
  void aPromotedShadowStartsFull() {
    limiter().check(3, wide, shadowed);
    stands(shadowed, 0);
    limiter().reset(shadowed);
    stands(shadowed, 3);
    LimitKey enforcing = bucket("watched", 3).by(subject);
    assertThat(enforcing).isNotEqualTo(shadowed);
    Decision decision = limiter().check(3, enforcing, shadowed);
    assertThat(decision.allowed()).as("both in one request").isTrue();
    stands(shadowed, 0);
    assertThat(limiter().check(enforcing).allowed()).isFalse();
    limiter().reset(shadowed);
    stands(shadowed, 3);
    assertThat(remaining(enforcing)).isZero();
  }

  @Test
  void aRequestOfShadowsAloneIsAdmittedAtOnceWithoutHeaders() {
    for (Decision decision :
        List.of(
            limiter().check(4, shadowed),
            limiter().check(shadowed, bucket("none", 0).shadow().by(subject)),
            limiter().checkAsync(shadowed).join())) {
      assertThat(decision.allowed()).isTrue();
      assertThat(decision.source()).isEqualTo(Source.SHADOW);
      assertThat(decision.bound()).isEqualTo(Bound.NONE);
      for (HeaderForm form : HeaderForm.values()) {
        assertThat(RateHeaders.of(decision, Instant.EPOCH, form)).isEmpty();
      }
    }
    stands(shadowed, 1);
  }

  @Test
  void whatIsDeniedIsNotAskedOfShadows() {
    LimitKey narrow = bucket("narrow", 2).by(subject);
    assertThat(limiter().check(2, narrow, shadowed).allowed()).isTrue();
    stands(shadowed, 1);
    assertThat(limiter().check(1, narrow, shadowed).reason()).isEqualTo(Reason.LIMIT);
    assertThat(limiter().checkAsync(1, narrow, shadowed).join().allowed()).isFalse();
    limiter().checkAsync(0, wide, shadowed).join();
    assertThat(remaining(shadowed)).isEqualTo(1);
  }

  @Test
  void shadowsAreJudgedEachByItself() {
    LimitKey roomy = bucket("roomy", 10).shadow().by(subject);
    for (int i = 1; i <= 4; i++) {
      limiter().check(wide, shadowed, roomy);
      stands(roomy, 10 - i);
    }
    stands(shadowed, 0);
  }

  @Test
  void aLimitNearlyUsedUpIsToldOnceForEachKey() {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    List<String> threads = new CopyOnWriteArrayList<>();
    LimitKey key = bucket("near", 10).by(subject);
    LimitKey other = bucket("near", 10).by(subject + "2");
    try (RateLimiter limiter =
        another()
            .onNearLimit(
                state -> {
                  threads.add(Thread.currentThread().getName());
                  told.add(state);
                })
            .build()) {
      limiter.check(7, key);
      limiter.check(0, key);
      limiter.checkAsync(1, key, wide).join();
      limiter.check(key);
      limiter.check(key);
      assertThat(limiter.check(key).allowed()).isFalse();
      limiter.check(9, other);
      Await.until("both keys are told", PATIENT, () -> told.size() == 2);
      assertThat(told).extracting(LimitState::policy).containsOnly("near");
      assertThat(told).extracting(LimitState::remaining).containsExactly(2L, 1L);
      String name = limiter.id().name();
      assertThat(threads).containsOnly("galion-ratelimit-" + name + "-listener");
    }
  }

  @Test
  void aShareOfOneIsToldWhenNothingIsLeft() {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    LimitKey key = bucket("full", 10).by(subject);
    LimitKey last = bucket("last", 1).by(subject);
    try (RateLimiter limiter = another().nearLimit(1).onNearLimit(told::add).build()) {
      limiter.check(9, key);
      limiter.check(last);
      Await.until("the last is told", PATIENT, () -> !told.isEmpty());
      limiter.check(key);
      Await.until("the full one is told", PATIENT, () -> told.size() == 2);
      assertThat(told.stream().map(LimitState::policy)).containsExactly("last", "full");
    }
  }

  @Test
  void aListenerThatThrowsIsCountedAndTheNextCallComes() {
    List<LimitState> told = new CopyOnWriteArrayList<>();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (RateLimiter limiter =
        another()
            .onNearLimit(
                state -> {
                  told.add(state);
                  throw new IllegalStateException("a listener's own fault");
                })
            .build()) {
      new RateLimiterMetrics(limiter).bindTo(registry);
      Stream.of("one", "two")
          .forEach(
              name -> assertThat(limiter.check(bucket(name, 1).by(subject)).allowed()).isTrue());
      Await.until(
          "both are counted",
          PATIENT,
          () -> registry.get("galion.ratelimit.listener.failures").functionCounter().count() == 2);
      assertThat(told).hasSize(2);
    }
  }
}
