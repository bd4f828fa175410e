package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two nodes of the old program and one of the new, whose values have another shape. */
class RollingDeployTest {

  /** Writes values under its version, and chokes on those of another. */
  private record Versioned(int version) implements Codec<String> {
    @Override
    public byte[] encode(String value) {
      return (version + ":" + value).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (!text.startsWith(version + ":")) {
        throw new IllegalArgumentException("not of version " + version);
      }
      return text.substring(2);
    }

    @Override
    public Schema schema() {
      return new Schema("versioned", version);
    }
  }

  @Test
  void eachProgramSeesItsOwnShapeAndNoErrors(@RealRedis RedisServer server) {
    run(server, Duration.ofSeconds(2));
  }

  @Test
  @Tag("long")
  void eachProgramSeesItsOwnShapeAndNoErrorsForAMinute(@RealRedis RedisServer server) {
    run(server, Duration.ofMinutes(1));
  }

  private static void run(RedisServer server, Duration time) {
    AtomicLong calls = new AtomicLong();
    Witness witness = new Witness(Duration.ofSeconds(30));
    try (Nodes nodes = new Nodes(server)) {
      for (int version : new int[] {1, 1, 2}) {
        nodes.add(new Versioned(version), builder -> builder);
      }
      nodes.caches.forEach(Nodes::awaitVerified);
      try (Load load = new Load()) {
        for (TieredCache<String, String> cache : nodes.caches) {
          Random random = new Random(1);
          String own = "k" + nodes.caches.indexOf(cache);
          load.run(
              () -> {
                calls.incrementAndGet();
                String key = "k" + random.nextInt(3);
                switch (random.nextInt(10)) {
                  case 0 -> assertThat(witness.put(cache, own)).isEqualTo(WriteResult.APPLIED);
                  case 1 ->
                      assertThat(witness.invalidate(cache, own)).isEqualTo(WriteResult.APPLIED);
                  default -> assertThat(witness.read(cache, key)).isNotNegative();
                }
              });
        }
        Load.passes(time);
        Await.until(
            "both have met the other's values",
            Nodes.PATIENCE,
            () -> nodes.get(0).stats().misfits() > 0 && nodes.get(2).stats().misfits() > 0);
      }
      assertThat(nodes.caches.stream().mapToLong(cache -> cache.stats().loadFailures()).sum())
          .isZero();
    }
    System.out.printf("rolling deployment: %d calls without an error%n", calls.get());
    witness.assertNothingTooOld();
  }
}
