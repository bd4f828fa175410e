package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A loader that asks for its own key would wait for itself. */
class RecursionTest {
  static final String MESSAGE =
      "cache 'users': the loader of key 'k' asks for that key again and would wait for itself; load"
          + " it there instead";

  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> cache;

  @BeforeEach
  void connect() {
    server = RedisServer.start();
    nodes = Nodes.of(1, server);
    cache = nodes.get(0);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void endsAtOnceWithAClearError() {
    refused(() -> cache.get("k", k -> cache.get("k", same -> "v")));
    assertThat(cache.get("k", k -> "v")).isEqualTo("v");
  }

  @Test
  void isSeenOverOtherKeys() {
    refused(() -> cache.get("k", k -> cache.get("l", l -> cache.get("k", same -> "v"))));
  }

  @Test
  void isSeenWhateverTheInnerCallAsksFor() {
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    refused(() -> cache.get("k", k -> cache.getEntry("k", strict, same -> "v").value()));
    refused(
        () ->
            cache.get(
                "k",
                k ->
                    cache
                        .getAsync("k", same -> CompletableFuture.completedFuture("v"))
                        .join()
                        .value()));
  }

  @Test
  void isSeenWhenItsKeyWasInvalidatedMeanwhile() {
    refused(
        () ->
            cache.get(
                "k",
                k -> {
                  cache.invalidate("k");
                  return cache.get("k", same -> "v");
                }));
  }

  @Test
  void isSeenAcrossGetAll() {
    refused(() -> cache.get("k", k -> all(List.of("l", "k")).get("k")));
    refused(
        () ->
            cache.getAll(
                List.of("k", "l"), keys -> Map.of("k", "v", "l", cache.get("k", same -> "v"))));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isSeenOnTheExecutorToo(boolean local) {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (TieredCache<String, String> other = other(local, threads)) {
      assertThatThrownBy(
              () ->
                  other
                      .getAsync(
                          "k",
                          k ->
                              other
                                  .getAsync("k", same -> CompletableFuture.completedFuture("v"))
                                  .thenApply(Entry::value))
                      .join())
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage(MESSAGE);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void otherKeysAndPeeksAreWelcome() {
    String value =
        cache.get(
            "k", k -> cache.get("l", l -> "l") + cache.peek("k").isPresent() + all(List.of("m")));
    assertThat(value).isEqualTo("lfalse{m=all}");
  }

  private TieredCache<String, String> other(boolean local, ExecutorService threads) {
    TieredCacheBuilder<String, String> builder =
        TieredCache.<String, String>builder("users", Codec.string()).executor(threads);
    return local ? builder.build() : builder.redis(nodes.link()).build();
  }

  private Map<String, String> all(List<String> keys) {
    return cache.getAll(
        keys,
        missing -> missing.stream().collect(java.util.stream.Collectors.toMap(k -> k, k -> "all")));
  }

  private static void refused(ThrowingCallable call) {
    long start = Ticker.system().read();
    assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessage(MESSAGE);
    assertThat(Duration.ofNanos(Ticker.system().read() - start)).isLessThan(Nodes.PATIENCE);
  }
}
