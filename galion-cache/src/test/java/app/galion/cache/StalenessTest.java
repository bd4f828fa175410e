package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three nodes behind networks of their own: one writes, the others read, and how old what they
 * serve becomes while their connections fail, each kind in turn.
 */
class StalenessTest {
  private static final List<String> KEYS = List.of("k0", "k1", "k2", "k3", "k4");
  private static final Duration SLACK = Duration.ofMillis(200);

  /** What happens to the network of a node. */
  private record Fault(String name, Consumer<FaultProxy> begin) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              "subscriber cut",
              network -> {
                network.subscribers().refuse();
                network.subscribers().reset();
              }),
          new Fault("subscriber half-open", network -> network.subscribers().dropSilently()),
          new Fault(
              "subscriber late by 400 ms",
              network -> network.subscribers().delay(Duration.ofMillis(400))),
          new Fault(
              "commands cut",
              network -> {
                network.commands().refuse();
                network.commands().reset();
              }),
          new Fault("commands half-open", network -> network.commands().dropSilently()),
          new Fault(
              "answers to commands lost",
              network -> network.commands().cut(FaultProxy.Direction.TO_CLIENT)),
          new Fault(
              "commands late by 80 ms", network -> network.commands().delay(Duration.ofMillis(80))),
          new Fault(
              "commands late by 400 ms, which is too late",
              network -> network.commands().delay(Duration.ofMillis(400))),
          new Fault("all half-open", FaultProxy::dropSilently));

  @Test
  void serveNothingLongerThanTheLimitAfterItWasOverwrittenWhateverConnectionFails() {
    Duration limit = Duration.ofMillis(1500);
    inTurn(limit, limit.plusMillis(500), (FAULTS.size() + 1) / 2);
  }

  @Test
  @Tag("long")
  void serveNothingLongerThanTheDefaultLimitAfterItWasOverwritten() {
    Duration limit = Duration.ofSeconds(3);
    inTurn(limit, limit.multipliedBy(3), FAULTS.size());
  }

  /**
   * Each fault on one reader, or on each if there are rounds enough, another on the other one
   * meanwhile; the next begins before the last is got over.
   */
  private static void inTurn(Duration limit, Duration each, int rounds) {
    Witness ofB = new Witness(limit.plus(SLACK));
    Witness ofC = new Witness(limit.plus(SLACK));
    try (RedisServer server = RedisServer.startOwn();
        Nodes nodes = Nodes.behindProxies(server, builder -> builder.silenceLimit(limit));
        Load load = new Load()) {
      load.run(writes(ofB, nodes.get(0), "b"))
          .run(writes(ofC, nodes.get(0), "c"))
          .run(reads(ofB, nodes.get(1), "b"))
          .run(reads(ofC, nodes.get(2), "c"));
      Load.passes(each);
      System.out.printf(
          "staleness, nothing fails: oldest %d and %d ms%n",
          ofB.oldest().toMillis(), ofC.oldest().toMillis());
      for (int i = 0; i < rounds; i++) {
        Fault atB = FAULTS.get(i);
        Fault atC = FAULTS.get((i + (FAULTS.size() + 1) / 2) % FAULTS.size());
        atB.begin.accept(nodes.network(1));
        atC.begin.accept(nodes.network(2));
        Load.passes(each);
        print(atB, ofB.oldest(), limit);
        print(atC, ofC.oldest(), limit);
        nodes.network(1).heal();
        nodes.network(2).heal();
      }
    }
    ofB.assertNothingTooOld();
    ofC.assertNothingTooOld();
  }

  private static Runnable writes(Witness witness, TieredCache<String, String> by, String prefix) {
    Random random = new Random(1);
    return () -> {
      String key = prefix + KEYS.get(random.nextInt(KEYS.size()));
      var unused = random.nextBoolean() ? witness.put(by, key) : witness.invalidate(by, key);
    };
  }

  private static Runnable reads(Witness witness, TieredCache<String, String> by, String prefix) {
    return () -> KEYS.forEach(key -> witness.read(by, prefix + key));
  }

  private static void print(Fault fault, Duration oldest, Duration limit) {
    System.out.printf(
        "staleness, %s: oldest %d ms, bound %d ms%n",
        fault.name, oldest.toMillis(), limit.plus(SLACK).toMillis());
  }

  @Test
  void aValueOnceSeenIsNotFollowedByAnOlderOne(@RealRedis RedisServer server) {
    Witness witness = new Witness(Nodes.PATIENCE);
    long[] last = new long[2];
    try (Nodes nodes = Nodes.of(3, server)) {
      nodes.caches.forEach(cache -> assertThat(cache.get("k", witness::load)).isEqualTo("0"));
      try (Load load = new Load()) {
        for (int reader = 0; reader < 2; reader++) {
          int own = reader;
          load.run(
              () -> {
                long value = witness.read(nodes.get(1 + own), "k");
                assertThat(value).isGreaterThanOrEqualTo(last[own]);
                last[own] = value;
              });
        }
        for (int i = 0; i < 300; i++) {
          assertThat(witness.put(nodes.get(0), "k")).isEqualTo(WriteResult.APPLIED);
        }
      }
      assertThat(nodes.caches.stream().mapToLong(cache -> cache.stats().loads()).sum())
          .isEqualTo(1);
    }
    System.out.printf("staleness, 300 puts: oldest %d ms%n", witness.oldest().toMillis());
    witness.assertNothingTooOld();
  }

  @Test
  void aMessageMakesNobodyReadAhead(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(3, server)) {
      TieredCache<String, String> b = nodes.get(1);
      for (int i = 0; i < 50; i++) {
        assertThat(b.get("k" + i, key -> "old")).isEqualTo("old");
      }
      CacheStats before = b.stats();
      for (int i = 0; i < 50; i++) {
        assertThat(nodes.get(0).put("k" + i, "new")).isEqualTo(WriteResult.APPLIED);
      }
      Await.until("b has heard of all", Nodes.PATIENCE, () -> b.stats().size() == 0);
      assertThat(b.stats().l2Hits()).isEqualTo(before.l2Hits());
      assertThat(b.get("k7", key -> "loaded")).isEqualTo("new");
      assertThat(b.stats().l2Hits()).isEqualTo(before.l2Hits() + 1);
      assertThat(b.stats().size()).isEqualTo(1);
    }
  }
}
