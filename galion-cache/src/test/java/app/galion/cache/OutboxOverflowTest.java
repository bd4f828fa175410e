package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One of three nodes writes while Redis is away from it alone. */
class OutboxOverflowTest {
  private static final int BUCKET = KeyName.of("users", "k0").bucket(Remote.BUCKETS);
  private static final List<String> KEYS =
      IntStream.range(0, 200_000)
          .mapToObj(i -> "k" + i)
          .filter(key -> KeyName.of("users", key).bucket(Remote.BUCKETS) == BUCKET)
          .limit(1200) // more of one bucket than it remembers
          .toList();

  RedisServer server;
  Nodes nodes;

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
    nodes = Nodes.behindProxies(server);
    KEYS.forEach(key -> nodes.get(1).get(key, k -> "old"));
    nodes.network(0).refuse();
    nodes.network(0).reset();
    Await.until("it is away", Nodes.PATIENCE, () -> !nodes.links.get(0).available());
  }

  @AfterEach
  void disconnect() {
    nodes.close();
    server.close();
  }

  private void heal() {
    nodes.network(0).heal();
    Nodes.awaitRepeated(nodes.get(0), Nodes.PATIENCE);
  }

  private void allShow(List<String> keys, String value) {
    for (TieredCache<String, String> cache : nodes.caches) {
      for (String key : keys) {
        Await.until(
            cache + " shows " + key,
            Nodes.PATIENCE,
            () -> value.equals(cache.get(key, k -> value)));
      }
    }
  }

  @Test
  void whatItInvalidatedMeanwhileIsInvalidatedWhenItIsBack() {
    List<String> some = KEYS.subList(0, 50);
    some.forEach(key -> assertThat(nodes.get(0).invalidate(key)).isEqualTo(WriteResult.QUEUED));
    assertThat(nodes.get(0).put("k0", "never")).isEqualTo(WriteResult.QUEUED);
    some.forEach(key -> assertThat(nodes.get(0).get(key, k -> "new")).isEqualTo("new"));
    heal();
    allShow(some, "new");
  }

  @Test
  void whatIsTooMuchToRememberClearsThePartOfTheKeysThatItIsOf() {
    KEYS.forEach(key -> assertThat(nodes.get(0).invalidate(key)).isEqualTo(WriteResult.QUEUED));
    assertThat(nodes.get(0).core().buckets.get(BUCKET).queuedSize()).isLessThanOrEqualTo(1000);
    heal();
    allShow(KEYS, "new");
  }
}
