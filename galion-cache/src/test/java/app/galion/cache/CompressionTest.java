package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompressionTest {
  static final String LONG = "all work and no play ".repeat(1000);

  @Test
  void deflatesInRedisAboveTheLimitAndOthersReadIt(@RealRedis RedisServer server) {
    try (Nodes plain = Nodes.of(1, server, b -> b.compressAbove(Integer.MAX_VALUE));
        Nodes deflated = Nodes.of(2, server)) {
      plain.get(0).put("k", LONG);
      deflated.get(0).put("k", LONG);
      assertThat(size(server, plain)).isGreaterThan(LONG.length());
      assertThat(size(server, deflated)).isLessThan(LONG.length() / 20);
      assertThat(
              deflated
                  .get(1)
                  .getEntry("k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "none"))
          .extracting(Entry::value, Entry::tier)
          .containsExactly(LONG, Tier.L2);
      assertThat(deflated.get(1).expire("k")).isEqualTo(WriteResult.APPLIED);
      assertThat(size(server, deflated)).as("expire writes it anew").isLessThan(1000);
    }
  }

  @Test
  void refusesANegativeLimit() {
    assertThatThrownBy(() -> TieredCache.builder("c", Codec.string()).compressAbove(-1))
        .hasMessage("compressAbove -1 must be >= 0");
  }

  private static long size(RedisServer server, Nodes nodes) {
    int bucket = KeyName.of("users", "k").bucket(Remote.BUCKETS);
    return (Long) server.command("STRLEN", nodes.app + ":c1:{" + bucket + "}:users:E:k");
  }
}
