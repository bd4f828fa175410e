package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Node a loads and does not come to an end; node b, which waits for it, is closed. */
class CloseTest {
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void beginALoad() {
    server = RedisServer.start();
    nodes = Nodes.of(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
    CompletableFuture<?> unused = a.getAsync("k", k -> new CompletableFuture<>());
    Await.until("a loads", Nodes.PATIENCE, () -> a.stats().misses() == 1);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void aGetThatWaitsForAnotherNodeLoadsForItself() {
    CompletableFuture<String> waiter = Callers.supplyAsync(() -> b.get("k", k -> "own"));
    Await.until("b waits", Nodes.PATIENCE, () -> b.stats().waits() > 0);
    b.close();
    assertThat(waiter).succeedsWithin(Nodes.PATIENCE).isEqualTo("own");
  }

  @Test
  void anAsynchronousGetThatWaitsForAnotherNodeEndsAndSaysWhy() {
    CompletableFuture<Entry<String>> waiter =
        b.getAsync("k", k -> CompletableFuture.completedFuture("own"));
    CompletableFuture<Entry<String>> joined =
        b.getAsync("k", k -> CompletableFuture.completedFuture("own"));
    Await.until("b waits", Nodes.PATIENCE, () -> b.stats().waits() > 0);
    b.close();
    assertThat(List.of(waiter, joined))
        .allSatisfy(
            get ->
                assertThat(get)
                    .failsWithin(Nodes.PATIENCE)
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOf(IllegalStateException.class)
                    .withMessage("cache 'users' is closed"));
  }
}
