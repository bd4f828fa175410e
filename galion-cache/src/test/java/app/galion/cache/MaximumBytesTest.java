package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import org.junit.jupiter.api.Test;

class MaximumBytesTest {
  static final String VALUE = "x".repeat(1000);

  static TieredCacheBuilder<String, String> builder() {
    return TieredCache.builder("local", Codec.string());
  }

  static long held(TieredCache<String, String> cache) {
    return cache.core().local.bytes();
  }

  @Test
  void weighsKeyAndEncodedValue() {
    try (TieredCache<String, String> cache = builder().maximumBytes(100_000).build()) {
      cache.put("key", "grüße");
      assertThat(held(cache)).isEqualTo(3 + 7 + LocalBound.OVERHEAD);
      cache.put("key", "longer than that");
      assertThat(held(cache)).isEqualTo(3 + 16 + LocalBound.OVERHEAD);
      cache.invalidate("key");
      assertThat(held(cache)).isZero();
      cache.get("none", key -> null);
      assertThat(held(cache)).isEqualTo(4 + LocalBound.OVERHEAD);
    }
  }

  @Test
  void staysBelowItsBoundWhateverIsLoaded() {
    try (TieredCache<String, String> cache = builder().maximumBytes(100_000).build()) {
      for (int i = 0; i < 1000; i++) {
        assertThat(cache.get("k" + i, key -> VALUE)).isEqualTo(VALUE);
        assertThat(held(cache)).isLessThanOrEqualTo(100_000);
      }
      assertThat(cache.stats().size()).isBetween(50L, 71L);
      assertThat(cache.stats().evictions()).isGreaterThanOrEqualTo(929);
    }
  }

  @Test
  void doesNotKeepWhatHasNoRoom() {
    try (TieredCache<String, String> cache = builder().maximumBytes(2000).build()) {
      cache.put("small", "v");
      assertThat(cache.get("big", key -> VALUE.repeat(2))).hasSize(2000);
      assertThat(cache.peek("big")).isEmpty();
      assertThat(cache.peek("small")).isPresent();
    }
  }

  @Test
  void doesNotKeepWhatCannotBeWeighed() {
    try (TieredCache<String, String> cache = builder().maximumBytes(100_000).build()) {
      assertThat(cache.get("k", key -> "half a pair \ud83d")).hasSize(13);
      assertThat(cache.peek("k")).isEmpty();
      assertThat(cache.stats().oversized()).isEqualTo(1);
    }
  }

  @Test
  void weighsTheSameWhetherLoadedPutOrRead(@RealRedis RedisServer server) {
    String value = "all work and no play ".repeat(200);
    long weight = 1 + value.length() + LocalBound.OVERHEAD;
    try (Nodes nodes = Nodes.of(2, server, b -> b.maximumBytes(1_000_000))) {
      nodes.get(0).get("l", key -> value);
      assertThat(held(nodes.get(0))).isEqualTo(weight);
      nodes.get(1).get("l", key -> "none");
      assertThat(held(nodes.get(1))).isEqualTo(weight);
      nodes.get(0).put("p", value);
      assertThat(held(nodes.get(0))).isEqualTo(2 * weight);
    }
  }

  @Test
  void isEitherBytesOrEntries() {
    assertThatThrownBy(() -> builder().maximumSize(10).maximumBytes(10_000).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("maximumSize 10 and maximumBytes 10000 exclude each other");
    assertThatThrownBy(() -> builder().maximumBytes(1023))
        .hasMessage("maximumBytes 1023 must be >= 1024");
  }
}
