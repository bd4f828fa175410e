package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import app.galion.testkit.SentinelServers;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three nodes, a primary with a replica that is behind, and the death of the primary. */
@Tag("slow")
class FailoverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration LIMIT = Duration.ofMillis(1500);
  private static final Duration BOUND = LIMIT.plusMillis(200);
  private static final List<String> KEYS = IntStream.range(0, 20).mapToObj(i -> "k" + i).toList();

  @Test
  void whatTheNewPrimaryNeverHeardOfIsWrittenAgainAndNothingOlderIsServedBeyondTheBound() {
    Witness witness = new Witness(BOUND);
    try (SentinelServers redis = SentinelServers.start();
        Nodes nodes = Nodes.at(redis.uri(), builder -> builder.silenceLimit(LIMIT))) {
      TieredCache<String, String> a = nodes.get(0);
      KEYS.forEach(key -> witness.put(a, key));
      long lost;
      try (Load load = new Load()) {
        Random random = new Random(1);
        load.run(() -> witness.invalidate(a, KEYS.get(random.nextInt(KEYS.size()))));
        for (TieredCache<String, String> cache : nodes.caches) {
          load.run(() -> KEYS.forEach(key -> witness.read(cache, key)));
        }
        Load.passes(Duration.ofSeconds(1));
        System.out.printf(
            "failover, before it: oldest %d ms, bound %d ms%n",
            witness.oldest().toMillis(), BOUND.toMillis());
        witness.assertNothingTooOld();

        lost = failOver(redis, nodes);
        long failedOver = a.core().now();
        nodes.caches.forEach(cache -> Nodes.awaitVerifiedSince(cache, failedOver, PATIENCE));
        nodes.caches.forEach(cache -> Nodes.awaitRepeated(cache, PATIENCE));
        Load.passes(BOUND);
        System.out.printf(
            "failover, of %d lost writes meanwhile: oldest %d ms%n",
            lost, witness.oldest().toMillis());
        witness.forgive();
        Load.passes(Duration.ofSeconds(2));
      }
      System.out.printf(
          "failover, after it: oldest %d ms, bound %d ms%n",
          witness.oldest().toMillis(), BOUND.toMillis());
      witness.assertNothingTooOld();
      assertThat(lost).isPositive();
      for (TieredCache<String, String> cache : nodes.caches) {
        KEYS.forEach(key -> assertThat(cache.get(key, witness::load)).isEqualTo(witness.load(key)));
      }
    }
  }

  /** Returns how many acknowledged writes only the dead primary had. */
  private static long failOver(SentinelServers redis, Nodes nodes) {
    RedisServer primary = redis.primary();
    RedisServer replica =
        redis.servers().stream().filter(server -> server != primary).findFirst().orElseThrow();
    replica.pause();
    primary.command("CLIENT", "KILL", "TYPE", "replica");
    TieredCache<String, String> a = nodes.get(0);
    long before = written(a);
    Await.until("some are written", PATIENCE, () -> written(a) - before >= 20);
    long lost = written(a) - before;
    primary.kill();
    replica.resume();
    redis.awaitFailover(primary, PATIENCE);
    return lost;
  }

  private static long written(TieredCache<String, String> cache) {
    return cache.stats().invalidations() - cache.stats().queued();
  }
}
