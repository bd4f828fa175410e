package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A value that one node read from Redis late in its life. */
class AgeTest {
  private static final Duration FRESH = Duration.ofSeconds(2);
  private static final Duration LATE = Duration.ofMillis(1500);
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  @Test
  void isServedNoLongerThanRedisWouldHaveHadIt(@RealRedis RedisServer server) {
    Ticker ticker = Ticker.system();
    try (Nodes nodes =
        Nodes.of(3, server, builder -> builder.freshFor(FRESH).localFor(FRESH).jitter(0))) {
      assertThat(nodes.get(0).get("k", key -> "old")).isEqualTo("old");
      long loaded = ticker.read();
      Load.passes(LATE);
      long[] last = {loaded};
      Await.until(
          "all nodes have loaded it again",
          Nodes.PATIENCE,
          () -> {
            boolean old = false;
            for (TieredCache<String, String> cache : nodes.caches) {
              long startedAt = ticker.read();
              if ("old".equals(cache.get("k", key -> "new"))) {
                last[0] = startedAt;
                old = true;
              }
            }
            return !old;
          });
      Duration served = Duration.ofNanos(last[0] - loaded);
      System.out.printf(
          "age, fresh for %d ms: served until %d ms after its load%n",
          FRESH.toMillis(), served.toMillis());
      assertThat(served).isLessThan(FRESH.plus(TOLERANCE));
    }
  }
}
