package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.Subscription;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Node b hears no messages at all. */
class LostMessagesTest {
  /* much shorter than the silence limit of these nodes, after which they would ask anyway */
  static final Duration HEARTBEAT = Duration.ofSeconds(15);

  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void deafen() {
    server = RedisServer.start();
    nodes = Nodes.of(2, server);
    a = nodes.get(0);
    b = nodes.get(1);
    b.subscriptions.forEach(Subscription::close);
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  @Test
  void learnsFromTheJournalWhatItMissed() {
    long resyncs = b.stats().resyncs();
    for (int round = 0; round < 3; round++) {
      String value = "v" + round;
      a.put("k", value);
      Await.until("b shows it", HEARTBEAT, () -> value.equals(b.get("k", k -> "loaded")));
    }
    assertThat(b.stats().replays()).isPositive();
    assertThat(b.stats().resyncs()).isEqualTo(resyncs);
    assertThat(b.stats().received()).isZero();
  }

  @Test
  void learnsOfAClearAndOfATagFromTheJournal() {
    a.put("k", "old", "colour");
    assertThat(b.get("k", k -> "loaded")).isEqualTo("old");
    a.clear();
    Await.until("b follows", HEARTBEAT, () -> "new".equals(b.get("k", k -> "new")));
    a.put("k", "tagged", "colour");
    Await.until("b shows it", HEARTBEAT, () -> "tagged".equals(b.get("k", k -> "loaded")));
    a.invalidateTags("colour");
    Await.until("b follows", HEARTBEAT, () -> "newer".equals(b.get("k", k -> "newer")));
    assertThat(b.stats().received()).isZero();
  }

  record User(long id, String name) {}

  @Test
  void readsTypedValuesWhoseWritesTheJournalTells() {
    try (TieredCache<UUID, User> here = users();
        TieredCache<UUID, User> deaf = users()) {
      deaf.subscriptions.forEach(Subscription::close);
      UUID id = UUID.randomUUID();
      here.put(id, new User(1, "old"));
      assertThat(deaf.get(id, k -> new User(0, "loaded"))).isEqualTo(new User(1, "old"));
      here.put(id, new User(1, "new"));
      Await.until(
          "it shows the new one",
          HEARTBEAT,
          () -> new User(1, "new").equals(deaf.get(id, k -> new User(0, "loaded"))));
      assertThat(deaf.getEntry(id, k -> new User(0, "loaded")).tier()).isEqualTo(Tier.L1);
    }
  }

  private TieredCache<UUID, User> users() {
    TieredCache<UUID, User> cache =
        TieredCache.<UUID, User>builder("typed", JacksonCodec.of(User.class))
            .redis(nodes.link())
            .build();
    Nodes.awaitVerified(cache);
    return cache;
  }

  @Test
  void aFreshNodesWritesCountForNodesThatHaveWrittenMuch() {
    for (int i = 0; i < 50; i++) {
      a.put("k", "v" + i);
    }
    TieredCache<String, String> fresh = nodes.add(builder -> builder);
    assertThat(fresh.put("k", "fresh")).isEqualTo(WriteResult.APPLIED);
    Await.until("a shows it", HEARTBEAT, () -> "fresh".equals(a.get("k", k -> "loaded")));
    Await.until("b shows it", HEARTBEAT, () -> "fresh".equals(b.get("k", k -> "loaded")));
  }

  @Test
  void readsEntriesAgainWhenTheJournalDoesNotReachBack() {
    a.put("k", "old");
    assertThat(b.get("k", k -> "loaded")).isEqualTo("old");
    for (int i = 0; i < Remote.BUCKETS; i++) {
      server.command("DEL", nodes.app + ":c1:{" + i + "}:users:J");
    }
    a.put("k", "new");
    Await.until("b shows it", HEARTBEAT, () -> "new".equals(b.get("k", k -> "new")));
    assertThat(b.stats().resyncs()).isGreaterThan(Remote.BUCKETS);
  }

  @Test
  void aWaitingNodeFindsTheValueWithoutBeingWoken() {
    AtomicReference<CompletableFuture<Entry<String>>> waiter = new AtomicReference<>();
    assertThat(
            a.get(
                "k",
                k -> {
                  waiter.set(b.getAsync("k", other -> new CompletableFuture<>()));
                  Await.until("b waits", Nodes.PATIENCE, () -> b.stats().waits() > 0);
                  assertThat(waiter.get()).isNotDone();
                  return "v";
                }))
        .isEqualTo("v");
    assertThat(waiter.get()).succeedsWithin(HEARTBEAT).matches(entry -> entry.value().equals("v"));
  }
}
