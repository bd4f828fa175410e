package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Null, an empty value and an error are three things, on all of three nodes. */
class NoValueTest {

  /** Of a value that may itself say that there is nothing. */
  private enum OptionalCodec implements Codec<Optional<String>> {
    INSTANCE;

    @Override
    public byte[] encode(Optional<String> value) {
      return value.map(text -> "=" + text).orElse("").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Optional<String> decode(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      return text.isEmpty() ? Optional.empty() : Optional.of(text.substring(1));
    }

    @Override
    public Schema schema() {
      return new Schema("optional", 1);
    }
  }

  private final Nodes links;
  private final List<TieredCache<String, Optional<String>>> caches = new ArrayList<>();
  private final AtomicInteger loads = new AtomicInteger();

  NoValueTest(@RealRedis RedisServer server) {
    links = new Nodes(server);
  }

  private void connect(Duration negativeFor) {
    for (int i = 0; i < 3; i++) {
      caches.add(
          TieredCache.<String, Optional<String>>builder("optionals", OptionalCodec.INSTANCE)
              .redis(links.link())
              .redisTimeout(Duration.ofSeconds(5))
              .silenceLimit(Duration.ofSeconds(30))
              .negativeFor(negativeFor)
              .build());
    }
    caches.forEach(Nodes::awaitVerified);
  }

  @AfterEach
  void disconnect() {
    caches.forEach(TieredCache::close);
    links.close();
  }

  @Test
  void nullIsRememberedByBothTiersForItsOwnTime() {
    connect(Duration.ofMinutes(1));
    for (TieredCache<String, Optional<String>> cache : caches) {
      assertThat(cache.get("k", key -> none())).isNull();
      assertThat(cache.getEntry("k", key -> none()).tier()).isEqualTo(Tier.L1);
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void nullIsNotRememberedWhereThatIsOff() {
    connect(Duration.ZERO);
    for (TieredCache<String, Optional<String>> cache : caches) {
      assertThat(cache.get("k", key -> none())).isNull();
    }
    assertThat(loads).hasValue(3);
  }

  @Test
  void anEmptyValueIsAValue() {
    connect(Duration.ZERO);
    for (TieredCache<String, Optional<String>> cache : caches) {
      assertThat(cache.get("k", key -> empty())).isEqualTo(Optional.empty());
      assertThat(cache.getEntry("k", key -> empty()).tier()).isEqualTo(Tier.L1);
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void anErrorIsRememberedByNobody() {
    connect(Duration.ofMinutes(1));
    for (TieredCache<String, Optional<String>> cache : caches) {
      assertThatThrownBy(() -> cache.get("k", key -> fail())).hasMessage("broken");
      assertThat(cache.peek("k")).isEmpty();
    }
    assertThat(loads).hasValue(3);
    assertThat(caches.get(0).get("k", key -> Optional.of("v"))).isEqualTo(Optional.of("v"));
  }

  private Optional<String> none() {
    loads.incrementAndGet();
    return null;
  }

  private Optional<String> empty() {
    loads.incrementAndGet();
    return Optional.empty();
  }

  private Optional<String> fail() {
    loads.incrementAndGet();
    throw new IllegalStateException("broken");
  }
}
