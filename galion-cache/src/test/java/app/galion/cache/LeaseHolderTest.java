package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who has the lease for a load is cut off from Redis, or does not even know that it has it. */
class LeaseHolderTest {
  private static final long LEASE_MILLIS = 10_000;
  private static final Duration LONGER = Duration.ofSeconds(20);

  RedisServer server;
  Nodes nodes;
  final CountDownLatch end = new CountDownLatch(1);
  final CountDownLatch loading = new CountDownLatch(1);

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
    nodes = Nodes.patientBehindProxies(server);
  }

  @AfterEach
  void disconnect() {
    end.countDown();
    nodes.close();
    server.close();
  }

  private String lease() {
    return nodes.app + ":c1:{" + KeyName.of("users", "k").bucket(Remote.BUCKETS) + "}:users:L:k";
  }

  private long leaseMillis() {
    return (Long) requireNonNull(server.command("PTTL", lease()));
  }

  private CompletableFuture<String> zombie() throws InterruptedException {
    CompletableFuture<String> zombie =
        Callers.supplyAsync(
            () ->
                nodes
                    .get(0)
                    .get(
                        "k",
                        key -> {
                          loading.countDown();
                          end.await();
                          return "zombie's";
                        }));
    loading.await();
    return zombie;
  }

  private void nobodyShowsTheZombies(CompletableFuture<String> zombie) {
    long cut = nodes.get(0).core().now();
    nodes.mend(0);
    Nodes.awaitVerifiedSince(nodes.get(0), cut, LONGER);
    end.countDown();
    assertThat(zombie.join()).isEqualTo("zombie's");
    assertThat(nodes.get(0).stats().fillsRefused()).isEqualTo(1);
    for (TieredCache<String, String> cache : nodes.caches) {
      assertThat(cache.get("k", key -> "loaded again")).isNotEqualTo("zombie's");
    }
  }

  @Test
  void ofOneThatDiedTheLeaseLapsesAndItsLateFillIsRefused() throws Exception {
    CompletableFuture<String> zombie = zombie();
    nodes.network(0).dropSilently();
    CompletableFuture<String> next = Callers.supplyAsync(() -> nodes.get(1).get("k", k -> "b's"));
    Await.until("b waits", Nodes.PATIENCE, () -> nodes.get(1).stats().waits() > 0);
    assertThat(leaseMillis()).isBetween(1L, LEASE_MILLIS);
    server.command("PEXPIRE", lease(), "300"); // most of its time passes
    assertThat(next).succeedsWithin(LONGER).isEqualTo("b's");
    nobodyShowsTheZombies(zombie);
  }

  @Test
  @Tag("slow")
  void ofOneThatDiedTheLeaseLapsesByItself() throws Exception {
    CompletableFuture<String> zombie = zombie();
    nodes.network(0).dropSilently();
    long cut = nodes.get(1).core().now();
    assertThat(nodes.get(1).get("k", k -> "b's")).isEqualTo("b's");
    Duration took = Duration.ofNanos(nodes.get(1).core().now() - cut);
    System.out.printf("lease holder dead: next load after %d ms%n", took.toMillis());
    assertThat(took).isLessThan(LONGER);
    nobodyShowsTheZombies(zombie);
  }

  @Test
  void whoseGrantWasNotHeardLoadsAloneAndHoldsNobodyUpForLongerThanTheLease() {
    GatedCodec codec = new GatedCodec();
    TieredCache<String, String> deaf =
        nodes.add(codec, builder -> builder.redisTimeout(Duration.ofSeconds(2)));
    Nodes.awaitVerified(deaf);
    FaultProxy network = nodes.network(3);
    nodes.get(1).put("k", "unreadable");
    codec.close();
    CompletableFuture<String> alone = Callers.supplyAsync(() -> deaf.get("k", key -> "alone"));
    codec.awaitCaller();
    network.commands().cut(FaultProxy.Direction.TO_CLIENT);
    codec.fail();
    assertThat(alone).succeedsWithin(LONGER).isEqualTo("alone");

    assertThat(leaseMillis()).isBetween(1L, LEASE_MILLIS);
    server.command("DEL", lease().replace(":L:", ":E:"));
    CompletableFuture<String> next = Callers.supplyAsync(() -> nodes.get(2).get("k", k -> "c's"));
    Await.until("c waits", Nodes.PATIENCE, () -> nodes.get(2).stats().waits() > 0);
    server.command("PEXPIRE", lease(), "300"); // most of its time passes
    assertThat(next).succeedsWithin(LONGER).isEqualTo("c's");
  }
}
