package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Decision.Source;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases in Redis: how long they live, and what becomes of them when somebody dies. */
class LeaseTest {

  static final Duration SECOND = Duration.ofSeconds(1);

  final LimitKey brief = policy("brief", 5).leaseFor(SECOND).by("account");

  RedisServer server;
  Node node;

  static RatePolicy policy(String name, int n) {
    return RatePolicy.concurrency(name, n).deadline(PATIENT);
  }

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn();
    Node api = Node.of("t" + UUID.randomUUID(), server);
    node = new Node(api.link(), RateLimiter.builder("leases").redis(api.link()).build());
  }

  @AfterEach
  void stop() {
    node.close();
    server.close();
  }

  private long remaining(LimitKey key) {
    return node.limiter().state(key).remaining();
  }

  private boolean renews() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("galion-ratelimit-leases-renew"));
  }

  @Test
  void aLeaseIsRenewedForAsLongAsItIsHeld() {
    LimitKey key = policy("renewed", 5).leaseFor(Duration.ofSeconds(2)).by("account");
    try (Reservation held = node.limiter().reserve(key.costing(2))) {
      for (int i = 0; i < 5; i++) {
        LimiterContract.passes(Duration.ofMillis(700));
        Await.until("held after " + (i + 1) + " thirds", PATIENT, () -> remaining(key) == 3);
      }
      assertThat(renews()).isTrue();
      assertThat(node.limiter().leases()).isEqualTo(1);
    }
    Await.until("the lease has ended", PATIENT, () -> remaining(key) == 5);
    Await.until("nobody renews", PATIENT, () -> !renews());
    try (Reservation again = node.limiter().reserve(key)) {
      assertThat(again.granted() && renews()).isTrue();
    }
  }

  @Test
  void theLeasesOfANodeThatRenewsNoMoreEnd() throws Exception {
    try (Node other = Node.of(node.link().app(), server)) {
      Reservation held = other.limiter().reserve(brief.costing(4));
      assertThat(held.granted()).isTrue();
      assertThat(held.decision().binding().remaining()).isEqualTo(1);
      other.limiter().close();
      Await.until("the leases have ended", PATIENT, () -> remaining(brief) == 5);
    }
  }

  @Test
  void allLeasesOfANodeAreRenewedTogether() {
    CommandStats stats = new CommandStats(server);
    List<Reservation> held = new ArrayList<>();
    RatePolicy policy = policy("many", 10).leaseFor(Duration.ofSeconds(3));
    for (int i = 0; i < 120; i++) {
      held.add(node.limiter().reserve(policy.by("account" + i % 30)));
    }
    stats.reset();
    LimiterContract.passes(Duration.ofSeconds(3));
    assertThat(stats.scripts()).as("renewals in three thirds").isBetween(1L, 12L);
    assertThat(held).allMatch(Reservation::granted);
    Await.until("four are held", PATIENT, () -> remaining(policy.by("account0")) == 6);
    held.forEach(Reservation::close);
    Await.until("all ended", PATIENT, () -> remaining(policy.by("account29")) == 10);
  }

  @Test
  void whatIsInFlightIsCountedAgainAfterItWasLost() {
    try (Reservation held = node.limiter().reserve(brief.costing(2))) {
      assertThat(held.granted()).isTrue();
      server.command("FLUSHALL");
      Await.until("the lease is put back", PATIENT, () -> remaining(brief) == 3);
    }
    Await.until("the lease has ended", PATIENT, () -> remaining(brief) == 5);
  }

  @Test
  void aReservationThatNobodyHoldsEndsItsLease() {
    assertThat(node.limiter().reserve(brief.costing(2)).granted()).isTrue();
    Await.until(
        "the lease has ended",
        PATIENT,
        () -> {
          System.gc();
          return remaining(brief) == 5;
        });
    Await.until("none is held here", PATIENT, () -> node.limiter().leases() == 0);
    server.kill();
    assertThat(node.limiter().reserve(brief.costing(5)).granted())
        .as("nothing is held here either")
        .isTrue();
  }

  @Test
  void whatIsClosedAsSoonAsItIsGrantedIsNotHeldHereAfterwards() {
    LimitKey key = policy("at-once", 1).by("account");
    for (int i = 0; i < 20; i++) {
      node.limiter().reserveAsync(key).thenAccept(Reservation::close).join();
    }
    Await.until("all ended", PATIENT, () -> remaining(key) == 1);
    server.kill();
    Reservation reservation = node.limiter().reserve(key);
    assertThat(reservation.decision().source()).isEqualTo(Source.LOCAL);
    assertThat(reservation.granted()).isTrue();
  }

  @Test
  void aReservationThatIsCancelledWhileRedisIsAskedHoldsAndCostsNothing() {
    LimitKey key = policy("cancelled", 1).by("account");
    LimitKey rate =
        RatePolicy.tokenBucket("rate", 5, Duration.ofDays(1)).deadline(PATIENT).by("account");
    assertThat(remaining(key)).isEqualTo(1);
    server.pause();
    CompletableFuture<Reservation> cancelled = node.limiter().reserveAsync(key, rate.costing(3));
    assertThat(cancelled.cancel(false)).isTrue();
    server.resume();
    Await.until("the charge is given back", PATIENT, () -> remaining(rate) == 5);
    Await.until("the lease has ended", PATIENT, () -> remaining(key) == 1);
    Await.until("none is held here", PATIENT, () -> node.limiter().leases() == 0);
    server.kill();
    assertThat(node.limiter().reserve(key).granted()).isTrue();
  }

  @Test
  void aRenewalThatComesAfterTheReleasePutsNothingBack() {
    FakeTicker ticker = new FakeTicker();
    RatePolicy policy = policy("late-renewal", 1).leaseFor(Duration.ofMinutes(1));
    List<LimitKey> keys = IntStream.range(0, 120).mapToObj(i -> policy.by("account" + i)).toList();
    try (RateLimiter limiter =
        RateLimiter.builder("renewals").redis(node.link()).ticker(ticker).build()) {
      List<Reservation> held = keys.stream().map(limiter::reserve).toList();
      long asked = limiter.counters().asked.sum();
      server.pause();
      ticker.advance(Duration.ofSeconds(21));
      held.get(0).close();
      // the first hundred keys' renewal is sent, the others' waits for its answer
      Await.until("renewals", PATIENT, () -> limiter.counters().asked.sum() > asked + 1);
      held.forEach(Reservation::close);
      server.resume();
      for (LimitKey key : keys) {
        Await.until(key + " is free", PATIENT, () -> remaining(key) == 1);
      }
    }
  }

  @Test
  void whileRedisIsAwayThisNodesShareIsGranted() throws Exception {
    LimitKey key = policy("away", 6).by("account");
    try (Node other = Node.of(node.link().app(), server)) {
      Await.until("two nodes know of each other", PATIENT, () -> node.link().fleet().size() == 2);
      Reservation before = node.limiter().reserve(key.costing(2));
      assertThat(before.decision().source()).isEqualTo(Source.REDIS);
      server.kill();
      Reservation third = node.limiter().reserve(key);
      assertThat(third.decision().source()).isEqualTo(Source.LOCAL);
      assertThat(third.granted()).isTrue();
      assertThat(node.limiter().reserve(key).granted())
          .as("3 of 6 is the share, and 2 of them are held since before")
          .isFalse();
      before.close();
      assertThat(node.limiter().reserve(key.costing(2)).granted()).isTrue();
      third.close();
      assertThat(node.limiter().reserve(key).granted()).isTrue();
    }
  }

  @Test
  void failOpenGrantsWithoutALease() {
    LimitKey key = policy("open", 1).onFailure(FailurePolicy.FAIL_OPEN).by("account");
    server.kill();
    try (Reservation one = node.limiter().reserve(key);
        Reservation two = node.limiter().reserve(key)) {
      assertThat(one.granted() && two.granted()).isTrue();
      assertThat(two.decision().source()).isEqualTo(Source.FAIL_OPEN);
      two.cancel();
    }
  }

  @Test
  void aLeaseWhoseGrantCameTooLateEndsAfterItsTime() {
    LimitKey hasty =
        policy("late", 2).leaseFor(SECOND).deadline(Duration.ofMillis(200)).by("account");
    RateLimiter limiter = node.limiter();
    assertThat(limiter.state(hasty).remaining()).isEqualTo(2);
    server.pause();
    Reservation late = limiter.reserve(hasty);
    server.resume();
    assertThat(late.decision().source()).isEqualTo(Source.LOCAL);
    late.close();
    LimitKey patient = policy("late", 2).leaseFor(SECOND).by("account");
    Await.until("nothing is held", PATIENT, () -> remaining(patient) == 2);
    assertThat(limiter.reserve(patient.costing(2)).granted()).isTrue();
  }

  @Test
  void aThousandLeasesAreCountedExactly() {
    LimitKey key = policy("thousand", 1_000).by("account");
    List<Reservation> held = new ArrayList<>();
    for (int i = 0; i < 1_001; i++) {
      held.add(node.limiter().reserve(key));
    }
    assertThat(held).filteredOn(Reservation::granted).hasSize(1_000);
    held.forEach(Reservation::close);
    Await.until("all ended", PATIENT, () -> remaining(key) == 1_000);
    assertThat(server.command("DBSIZE")).isInstanceOf(Long.class);
  }
}
