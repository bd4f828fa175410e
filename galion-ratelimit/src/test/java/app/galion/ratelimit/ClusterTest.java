package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.RedisLink;
import app.galion.testkit.Await;
import app.galion.testkit.RedisClusterServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two nodes that limit together on a cluster of three shards; the last test breaks it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTest {

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private static RedisClusterServers cluster;

  private RedisLink linkA;
  private RedisLink linkB;
  private RateLimiter a;
  private RateLimiter b;

  @BeforeAll
  static void startCluster() {
    cluster = RedisClusterServers.start(3, 1);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void connect() throws Exception {
    String app = "c" + UUID.randomUUID();
    linkA = Node.link(app, cluster.uris());
    linkB = Node.link(app, cluster.uris());
    assertThat(linkA.awaitAvailable(PATIENT) && linkB.awaitAvailable(PATIENT)).isTrue();
    a = RateLimiter.builder("api").redis(linkA).build();
    b = RateLimiter.builder("api").redis(linkB).build();
  }

  @AfterEach
  void disconnect() {
    a.close();
    b.close();
    linkA.close();
    linkB.close();
  }

  private static RatePolicy bucket(String name, long n) {
    return RatePolicy.tokenBucket(name, n, DAY).deadline(PATIENT);
  }

  @Test
  @Order(1)
  void admitsExactlyTheLimitOverBothNodes() throws Exception {
    for (String subject : List.of("alice", "bob", "carol", "dave")) {
      LimitKey key = bucket("read", 50).by(subject);
      List<Decision> decisions =
          Crowd.run(8, 20, thread -> () -> (thread % 2 == 0 ? a : b).check(key));

      assertThat(decisions).allMatch(d -> d.source() != Decision.Source.LOCAL);
      assertThat(decisions.stream().filter(Decision::allowed)).hasSize(50);
    }
  }

  @Test
  @Order(2)
  void takesFromAllSubjectsOrFromNone() throws Exception {
    LimitKey wide = bucket("wide", 1000).by("10.0.0.1");
    LimitKey narrow = bucket("narrow", 30).by("alice");
    List<Decision> decisions =
        Crowd.run(8, 10, thread -> () -> (thread % 2 == 0 ? a : b).check(wide, narrow));

    assertThat(decisions.stream().filter(Decision::allowed)).hasSize(30);
    Await.until(
        "what refused calls took from the wide limit is given back",
        PATIENT,
        () -> a.state(wide).remaining() == 970);
    assertThat(b.state(narrow).remaining()).isZero();
  }

  @Test
  @Order(3)
  void reservesUnderSubjectsOfSeveralSlots() {
    RatePolicy flight =
        RatePolicy.concurrency("flight", 4).leaseFor(Duration.ofSeconds(2)).deadline(PATIENT);
    LimitKey[] keys = new LimitKey[6];
    LimitCharge[] charges = new LimitCharge[6];
    for (int i = 0; i < 3; i++) {
      keys[i] = bucket("spent", 100).by("account" + i);
      charges[i] = keys[i].costing(20);
      keys[i + 3] = flight.by("account" + i);
      charges[i + 3] = keys[i + 3].costing(3);
    }
    Reservation reservation = a.reserve(charges);
    assertThat(reservation.decision().source()).isEqualTo(Decision.Source.REDIS);
    assertThat(reservation.granted()).isTrue();
    assertThat(b.reserve(keys[5].costing(2), bucket("wide", 100).by("other")).granted()).isFalse();
    LimiterContract.passes(Duration.ofSeconds(3));
    for (int i = 0; i < 3; i++) {
      assertThat(b.state(keys[i]).remaining()).isEqualTo(80);
      LimitKey leased = keys[i + 3];
      Await.until("renewed in every slot", PATIENT, () -> b.state(leased).remaining() == 1);
    }
    reservation.settle(keys[0].costing(5), keys[1].costing(50));
    reservation.close();
    Await.until("settled", PATIENT, () -> b.state(keys[0]).remaining() == 95);
    Await.until("settled", PATIENT, () -> b.state(keys[1]).remaining() == 50);
    for (int i = 3; i < 6; i++) {
      LimitKey key = keys[i];
      Await.until("the leases have ended", PATIENT, () -> b.state(key).remaining() == 4);
    }
  }

  @Test
  @Order(4)
  void aLineIsUnderOneSubject() throws Exception {
    LimitKey calls = RatePolicy.smooth("calls", 10, Duration.ofSeconds(1)).by("account");
    LimitKey tokens = bucket("tokens", 1_000).by("account");
    for (RateLimiter each : List.of(a, b, a)) {
      assertThat(each.acquire(PATIENT, calls, tokens.costing(100)).allowed()).isTrue();
    }
    assertThat(a.state(tokens).remaining()).isEqualTo(700);
    LimitKey[] others = new LimitKey[8];
    for (int i = 0; i < others.length; i++) {
      others[i] = bucket("tokens", 10).by("other" + i);
    }
    assertThatThrownBy(() -> a.acquire(PATIENT, others))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in several slots of the cluster have no common line");
  }

  @Test
  @Order(4)
  void aShadowIsCountedInEachSlotOverBothNodesAndDeniesNothing() {
    RatePolicy wide = bucket("wide", 1_000);
    RatePolicy tried = bucket("tried", 5).shadow();
    List<LimitState> told = new CopyOnWriteArrayList<>();
    LimitKey[] keys = new LimitKey[12];
    for (int i = 0; i < 6; i++) {
      keys[i] = wide.by("user" + i);
      keys[i + 6] = tried.by("user" + i);
    }
    try (RateLimiter listening =
        RateLimiter.builder("api").redis(linkB).onShadowDenial(told::add).build()) {
      for (int round = 1; round <= 5; round++) {
        Decision decision = (round % 2 == 0 ? listening : a).check(keys);
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.source()).isEqualTo(Decision.Source.REDIS);
        assertThat(decision.limits()).hasSize(6);
        long left = 5 - round;
        for (int i = 6; i < 12; i++) {
          LimitKey key = keys[i];
          Await.until(key + " is counted", PATIENT, () -> b.state(key).remaining() == left);
        }
      }
      assertThat(listening.check(keys).allowed()).isTrue();
      Await.until("all denials are told", PATIENT, () -> told.size() == 6);
      assertThat(told).allMatch(state -> state.policy().equals("tried"));
    }
    assertThat(a.state(keys[0]).remaining()).isEqualTo(994);
  }

  @Test
  @Order(5)
  void decidesLocallyForALostPrimaryAndTogetherAgainAfterIt() throws Exception {
    cluster.awaitSound(PATIENT);
    RatePolicy policy =
        RatePolicy.tokenBucket("calls", 1_000_000, DAY).deadline(Duration.ofSeconds(2));
    cluster.killPrimaryOf("any");
    for (int subject = 0; subject < 50; subject++) {
      assertThat(a.check(policy.by("s" + subject)).allowed()).isTrue();
    }
    Await.until(
        "every subject is decided in Redis again",
        PATIENT,
        () -> {
          for (int subject = 0; subject < 50; subject++) {
            if (a.check(policy.by("s" + subject)).source() != Decision.Source.REDIS) {
              return false;
            }
          }
          return true;
        });
  }
}
