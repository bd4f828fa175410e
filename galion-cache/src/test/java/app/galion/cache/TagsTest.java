package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a loader or writer may say about one value: tags, time, not to keep it. */
class TagsTest {
  static RedisServer server;

  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() {
    nodes = Nodes.of(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
  }

  @Test
  void invalidatesWhatCarriesATagOnEveryNodeAndNothingElse() {
    a.put("red", "old", "colour:red", "all");
    a.put("blue", "old", "colour:blue", "all");
    a.put("plain", "old");
    for (String key : new String[] {"red", "blue", "plain"}) {
      assertThat(b.get(key, k -> "loaded")).isEqualTo("old");
    }
    assertThat(a.invalidateTags("colour:red")).isEqualTo(WriteResult.APPLIED);
    assertThat(a.peek("red")).isEmpty();
    Await.until("b follows", Nodes.PATIENCE, () -> "new".equals(b.get("red", k -> "new")));
    assertThat(a.getEntry("blue", k -> "new").tier()).isEqualTo(Tier.L1);
    assertThat(b.getEntry("blue", k -> "new").tier()).isEqualTo(Tier.L1);
    assertThat(b.getEntry("plain", k -> "new").tier()).isEqualTo(Tier.L1);
    assertThat(a.get("red", k -> "newer")).isEqualTo("new");
  }

  @Test
  void findsATaggedEntryInRedisThoughAnotherTagWasInvalidatedSince() {
    a.put("blue", "v", "colour:blue");
    a.invalidateTags("colour:red");
    assertThat(b.getEntry("blue", k -> "new").tier()).isEqualTo(Tier.L2);
    assertThat(b.peek("blue")).isPresent();
  }

  @Test
  void refusesALoadWhoseTagWasInvalidatedSinceItBegan() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<Entry<String>> late =
        Callers.supplyAsync(
            () ->
                a.getEntry(
                    "k",
                    (k, context) -> {
                      context.tags("t");
                      loading.countDown();
                      written.await();
                      return "old";
                    }));
    loading.await();
    b.invalidateTags("t");
    written.countDown();
    assertThat(late.join().value()).isEqualTo("old");
    assertThat(a.peek("k")).isEmpty();
    assertThat(b.peek("k")).isEmpty();
  }

  @Test
  void keepsNothingThatTheLoaderSaysNotToStore() {
    assertThat(a.getEntry("k", (k, context) -> "v" + context.doNotStore().previous().isPresent()))
        .matches(entry -> "vfalse".equals(entry.value()));
    assertThat(a.peek("k")).isEmpty();
    assertThat(b.peek("k")).isEmpty();
  }

  @Test
  void keepsAValueForAsLongAsItsLoaderSays() {
    FakeTicker ticker = new FakeTicker();
    try (TieredCache<String, String> local =
        TieredCache.<String, String>builder("local", Codec.string())
            .ticker(ticker)
            .staleIfError(Duration.ofMinutes(1))
            .jitter(0)
            .build()) {
      local.getEntry(
          "k", (k, context) -> context.freshFor(Duration.ofSeconds(1)) == null ? "" : "v");
      assertThat(local.getEntry("k", k -> "other").value()).isEqualTo("v");
      ticker.advance(Duration.ofSeconds(2));
      assertThat(local.getEntry("k", (k, context) -> context.notModified()))
          .isEqualTo(new Entry<>("v", Tier.LOADED, Duration.ZERO, false));
      assertThat(local.getEntry("k", k -> "other").tier()).isEqualTo(Tier.L1);
      assertThatThrownBy(() -> local.getEntry("new", (k, context) -> context.notModified()))
          .hasMessageContaining("no previous value");
    }
  }

  @Test
  void refusesTagsThatAreMalformedOrTooMany() {
    assertThatThrownBy(() -> a.put("k", "v", "a,b"))
        .hasMessageStartingWith("tag 'a,b' must be 1 to 100");
    assertThatThrownBy(() -> a.invalidateTags(new String[17]))
        .hasMessage("17 tags, at most 16 fit");
  }

  @Test
  void hidesAllTaggedEntriesOfBeforeWhenThereAreTooManyTagsToRemember() {
    TagClock clock = new TagClock();
    int before = clock.now();
    for (int i = 0; i < 1000; i++) {
      clock.invalidate("t" + i);
    }
    assertThat(clock.spared(Tags.of("other"), before)).isTrue();
    assertThat(clock.spared(Tags.of("t7"), before)).isFalse();
    clock.invalidate("one more");
    assertThat(clock.spared(Tags.of("other"), before)).isFalse();
    assertThat(clock.spared(Tags.of("other"), clock.now())).isTrue();
  }

  @Test
  void whatIsNotModifiedKeepsItsTags() {
    a.getEntry("k", (k, context) -> context.tags("t") == null ? "" : "v");
    assertThat(a.getEntry("k", ReadOptions.of().refresh(), (k, context) -> context.notModified()))
        .satisfies(entry -> assertThat(entry.tier()).isEqualTo(Tier.LOADED));
    a.invalidateTags("t");
    assertThat(a.get("k", k -> "new")).isEqualTo("new");
  }

  @Test
  void remembersThatThereIsNoValueForAsLongAsTheLoaderSays() {
    FakeTicker ticker = new FakeTicker();
    try (TieredCache<String, String> local =
        TieredCache.<String, String>builder("local", Codec.string())
            .ticker(ticker)
            .jitter(0)
            .negativeFor(Duration.ofSeconds(30))
            .build()) {
      assertThat(
              local.getEntry("k", (k, context) -> context.negative(Duration.ofMinutes(2))).value())
          .isNull();
      ticker.advance(Duration.ofSeconds(119));
      assertThat(local.get("k", k -> "v")).isNull();
      ticker.advance(Duration.ofSeconds(2));
      assertThat(local.get("k", k -> "v")).isEqualTo("v");
    }
  }
}
