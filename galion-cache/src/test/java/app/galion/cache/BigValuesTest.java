package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Values of ten megabytes beside small ones. */
class BigValuesTest {
  private static final int SMALL = 1000;

  @Test
  void holdUpNoSmallOneForTheyNeverTakeTheWayToRedis(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(3, server)) {
      TieredCache<String, String> a = nodes.get(0);
      TieredCache<String, String> b = nodes.get(1);
      for (int i = 0; i < 2 * SMALL; i++) {
        a.put("small" + i, "v");
      }
      long[] alone = readAll(b, 0);
      String big = "x".repeat(10 << 20);
      long[] beside;
      try (Load load = new Load()) {
        load.run(() -> assertThat(b.put("big", big)).isEqualTo(WriteResult.APPLIED));
        beside = readAll(b, SMALL);
      }
      System.out.printf(
          "big values: p99 of a small one %d us alone, %d us beside one of 10 MiB%n",
          alone[SMALL * 99 / 100] / 1000, beside[SMALL * 99 / 100] / 1000);
      assertThat(b.stats().l2Hits()).isEqualTo(2 * SMALL);
      assertThat(b.stats().oversized()).isPositive();
      assertThat(b.stats().redisFailures()).isZero();
      Await.until(
          "this process keeps it",
          Nodes.PATIENCE,
          () ->
              b.put("big", big) == WriteResult.APPLIED
                  && b.getEntry("big", key -> "?").tier() == Tier.L1);
      assertThat(nodes.get(2).peek("big")).isEmpty();
      assertThat(Duration.ofNanos(beside[SMALL - 1])).isLessThan(Duration.ofSeconds(5));
    }
  }

  private static long[] readAll(TieredCache<String, String> cache, int from) {
    Ticker ticker = Ticker.system();
    long[] took = new long[SMALL];
    for (int i = 0; i < SMALL; i++) {
      long start = ticker.read();
      assertThat(cache.get("small" + (from + i), key -> "loaded")).isEqualTo("v");
      took[i] = ticker.read() - start;
    }
    Arrays.sort(took);
    return took;
  }
}
