package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BadInputTest {
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void connect() {
    server = RedisServer.start();
    nodes = Nodes.of(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  @SuppressWarnings("NullAway")
  void refusesNullKeysValuesAndLoaders() {
    assertThatThrownBy(() -> a.get(null, k -> "v")).hasMessage("key");
    assertThatThrownBy(() -> a.peek(null)).hasMessage("key");
    assertThatThrownBy(() -> a.put(null, "v")).hasMessage("key");
    assertThatThrownBy(() -> a.put("k", null)).hasMessage("value");
    assertThatThrownBy(() -> a.putIfAbsent("k", null)).hasMessage("value");
    assertThatThrownBy(() -> a.invalidate(null)).hasMessage("key");
    assertThatThrownBy(() -> a.invalidateAll(Arrays.asList("k", null))).hasMessage("key");
    assertThatThrownBy(() -> a.getAll(Arrays.asList("k", null), keys -> Map.of()))
        .hasMessage("key");
    assertThatThrownBy(() -> a.get("k", null)).hasMessage("loader");
    assertThatThrownBy(() -> a.getAll(List.of("k"), null)).hasMessage("loader");
    assertThatThrownBy(() -> a.compute("k", null)).hasMessage("change");
  }

  @Test
  void refusesALongKeyAtEveryDoorAndChangesNothing() {
    String key = "x".repeat(1025);
    a.put("k", "v");
    assertThatThrownBy(() -> a.put(key, "v")).hasMessageContaining("a key of 1025 bytes");
    assertThatThrownBy(() -> a.invalidateAll(List.of("k", key)))
        .hasMessageContaining("a key of 1025 bytes");
    assertThatThrownBy(() -> a.getAll(List.of("k", key), keys -> Map.of()))
        .hasMessageContaining("a key of 1025 bytes");
    assertThatThrownBy(() -> a.explain(key)).hasMessageContaining("a key of 1025 bytes");
    assertThat(b.get("k", k -> "?")).isEqualTo("v");
    assertThat(a.get("x".repeat(1024), k -> "long")).isEqualTo("long");
  }

  @Test
  void countsAKeyInBytesOfUtf8AndRefusesHalfCharacters() {
    assertThat(a.get("é".repeat(512), k -> "v")).isEqualTo("v");
    assertThat(b.get("é".repeat(512), k -> "?")).isEqualTo("v");
    assertThatThrownBy(() -> a.get("é".repeat(513), k -> "v"))
        .hasMessageContaining("a key of 1026 bytes");
    assertThatThrownBy(() -> a.get("€".repeat(342), k -> "v"))
        .hasMessageContaining("a key of 1026 bytes");
    assertThatThrownBy(() -> a.get("\uD83D\uDE00".repeat(257), k -> "v"))
        .hasMessageContaining("a key of 1028 bytes");
    for (String half : List.of("\uD83D", "\uDE00\uD83D", "x\uD83Dx")) {
      assertThatThrownBy(() -> a.get(half, k -> "v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is no well-formed Unicode");
    }
  }

  @Test
  void keepsAValueThatIsTooLargeInThisProcessOnly() {
    String large = "x".repeat(CachePolicy.MAX_VALUE_BYTES + 1);
    a.put("k", "old");
    assertThat(b.get("k", k -> "?")).isEqualTo("old");
    assertThat(a.put("k", large)).isEqualTo(WriteResult.APPLIED);
    assertThat(a.get("k", k -> "?")).isEqualTo(large);
    assertThat(b.peek("k", ReadOptions.of().maxStaleness(Duration.ZERO))).isEmpty();
    assertThat(a.get("loaded", k -> large)).isEqualTo(large);
    assertThat(a.getEntry("loaded", k -> "?").tier()).isEqualTo(Tier.L1);
    assertThat(a.stats().oversized()).isEqualTo(2);
  }

  @Test
  void keepsWhatItsCodecCannotWriteInThisProcessOnly() {
    Codec<String> broken =
        new Codec<>() {
          @Override
          public byte[] encode(String value) {
            throw new IllegalStateException("not this one");
          }

          @Override
          public String decode(byte[] bytes) {
            throw new IllegalStateException("nor back");
          }

          @Override
          public Schema schema() {
            return Codec.string().schema();
          }
        };
    a.put("k", "old");
    try (TieredCache<String, String> other =
        Nodes.patient(TieredCache.<String, String>builder("users", broken))
            .redis(nodes.link())
            .build()) {
      Nodes.awaitVerified(other);
      assertThat(other.put("k", "new")).isEqualTo(WriteResult.APPLIED);
      assertThat(other.get("k", k -> "?")).isEqualTo("new");
      assertThat(other.get("loaded", k -> "v")).isEqualTo("v");
      assertThat(other.getEntry("loaded", k -> "?").tier()).isEqualTo(Tier.L1);
      assertThat(a.peek("k", ReadOptions.of().maxStaleness(Duration.ZERO))).isEmpty();
    }
  }

  @Test
  void namesEveryContradictionInOneMessage() {
    assertThatThrownBy(
            () ->
                TieredCache.builder("users", Codec.string())
                    .maximumSize(1)
                    .maximumBytes(9999)
                    .remoteGuard(app.galion.spi.Guard.none())
                    .serveUnverified(Duration.ofMinutes(1))
                    .loaderTimeout(Duration.ofSeconds(1))
                    .loaderSoftTimeout(Duration.ofSeconds(2))
                    .freshFor(Duration.ofMinutes(1))
                    .localFor(Duration.ofMinutes(2))
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "cache 'users' cannot be built: maximumSize 1 and maximumBytes 9999 exclude each other;"
                + " serveUnverified PT1M has no meaning without redis; remoteGuard has no meaning"
                + " without redis; loaderSoftTimeout PT2S is longer than loaderTimeout PT1S;"
                + " loaderSoftTimeout PT2S has no stale value to answer with unless staleIfError is"
                + " set; localFor PT2M is longer than freshFor PT1M");
  }
}
