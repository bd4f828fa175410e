package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.Subscription;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One load that fails, fails for all that wait for it. */
class FailingLoadsTest {
  RedisServer server;
  Nodes nodes;
  final AtomicInteger loads = new AtomicInteger();
  final CountDownLatch loading = new CountDownLatch(1);
  final CountDownLatch end = new CountDownLatch(1);

  @BeforeEach
  void connect() {
    server = RedisServer.start();
    nodes = Nodes.of(3, server, builder -> builder.loaderTimeout(Duration.ofSeconds(8)));
  }

  @AfterEach
  void disconnect() {
    end.countDown();
    nodes.close();
    server.close();
  }

  @Test
  void costsOneLoadForAllWaitersOfAllNodes() throws Exception {
    List<CompletableFuture<String>> callers = new ArrayList<>();
    callers.add(get(0));
    loading.await();
    for (int i = 1; i < 48; i++) {
      callers.add(get(i % 3));
    }
    awaitWaiters();
    end.countDown();
    assertThat(callers)
        .allSatisfy(
            caller ->
                assertThat(caller)
                    .failsWithin(Nodes.PATIENCE)
                    .withThrowableThat()
                    .havingRootCause());
    assertThat(loads).hasValue(1);
  }

  @Test
  void isSharedThoughTheMessagesAreLost() throws Exception {
    for (int i = 1; i < 3; i++) {
      nodes.get(i).subscriptions.forEach(Subscription::close);
    }
    List<CompletableFuture<String>> callers = new ArrayList<>();
    callers.add(get(0));
    loading.await();
    callers.add(get(1));
    callers.add(get(2));
    awaitWaiters();
    end.countDown();
    for (CompletableFuture<String> follower : callers.subList(1, 3)) {
      assertThatThrownBy(follower::join)
          .hasCauseInstanceOf(RemoteLoadException.class)
          .hasMessageContaining("failed on another node with IllegalArgumentException");
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void isForgottenByThoseWhoComeLater() {
    TieredCache<String, String> a = nodes.get(0);
    assertThatThrownBy(() -> a.get("k", k -> fail("secret"))).hasMessage("secret");
    awaitNoLease();
    assertThat(nodes.get(1).get("k", k -> "v")).isEqualTo("v");
  }

  @Test
  void tellsOtherNodesACodeOnly() throws Exception {
    CompletableFuture<String> leader = get(0);
    loading.await();
    CompletableFuture<String> follower = get(1);
    Await.until("it waits", Nodes.PATIENCE, () -> nodes.get(1).stats().waits() > 0);
    end.countDown();
    assertThatThrownBy(leader::join).hasRootCauseMessage("secret");
    assertThatThrownBy(follower::join)
        .cause()
        .isInstanceOfSatisfying(
            RemoteLoadException.class,
            error -> {
              assertThat(error.code()).isEqualTo("IllegalArgumentException");
              assertThat(error).hasMessageNotContaining("secret").hasNoCause();
            });
  }

  @Test
  void passesAnErrorAsItIs() throws Exception {
    AssertionError error = new AssertionError("broken");
    Loader<String, String> broken =
        key -> {
          throw error;
        };
    assertThatThrownBy(() -> nodes.get(0).get("k", broken)).isSameAs(error);
    assertThatThrownBy(
            () -> nodes.get(0).getAsync("k", k -> CompletableFuture.failedFuture(error)).join())
        .isInstanceOf(CompletionException.class)
        .hasCause(error);
    assertThatThrownBy(
            () ->
                nodes
                    .get(0)
                    .getAll(
                        List.of("k"),
                        keys -> {
                          throw error;
                        }))
        .isSameAs(error);
    awaitNoLease();
    assertThat(nodes.get(1).get("k", k -> "v")).isEqualTo("v");
  }

  @Test
  void remembersNullAndNamesANullMapAndANullStage() {
    assertThat(nodes.get(0).get("k", k -> null)).isNull();
    assertThat(nodes.get(0).getEntry("k", k -> "?").tier()).isEqualTo(Tier.L1);
    assertThatThrownBy(() -> nodes.get(0).getAll(List.of("l"), keys -> null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("the bulk loader returned null instead of a map");
    assertThatThrownBy(() -> nodes.get(0).getAsync("m", k -> null).join())
        .hasRootCauseMessage("the loader returned null instead of a stage");
  }

  @Test
  void freesTheOthersFromALoaderThatNeverReturns() throws Exception {
    TieredCache<String, String> shortOfPatience =
        nodes.add(
            builder ->
                builder.loaderTimeout(Duration.ofMillis(300)).redisTimeout(Duration.ofMillis(300)));
    Nodes.awaitVerified(shortOfPatience);
    CompletableFuture<String> leader =
        Callers.supplyAsync(
            () ->
                shortOfPatience.get(
                    "k",
                    k -> {
                      loading.countDown();
                      end.await();
                      return "late";
                    }));
    loading.await();
    CompletableFuture<String> follower =
        Callers.supplyAsync(() -> nodes.get(1).get("k", k -> "own"));
    Await.until("it ends", Nodes.PATIENCE, follower::isDone);
    if (follower.isCompletedExceptionally()) {
      assertThatThrownBy(follower::join)
          .cause()
          .isInstanceOfSatisfying(
              RemoteLoadException.class, error -> assertThat(error.code()).isEqualTo("Timeout"));
    } else {
      assertThat(follower.join()).isEqualTo("own");
    }
    Await.until(
        "the key can be loaded again",
        Nodes.PATIENCE,
        () -> "own".equals(nodes.get(2).get("k", k -> "own")));
    end.countDown();
    assertThat(leader.join()).isEqualTo("late");
    assertThat(nodes.get(2).get("k", k -> "?")).isEqualTo("own");
  }

  private CompletableFuture<String> get(int node) {
    return Callers.supplyAsync(
        () ->
            nodes
                .get(node)
                .get(
                    "k",
                    k -> {
                      loads.incrementAndGet();
                      loading.countDown();
                      end.await();
                      return fail("secret");
                    }));
  }

  private void awaitWaiters() {
    Await.until(
        "the others wait",
        Nodes.PATIENCE,
        () ->
            nodes.get(1).stats().waits() > 0
                && nodes.get(2).stats().waits() > 0
                && Callers.allWait());
  }

  /** Who asks on another node before the lease is given back still shares the failure. */
  private void awaitNoLease() {
    Await.until(
        "the lease is given back",
        Nodes.PATIENCE,
        () -> nodes.get(1).explain("k").contains("lease: none"));
  }

  private static String fail(String text) {
    throw new IllegalArgumentException(text);
  }
}
