package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GetAllTest {
  final List<Set<String>> loads = new ArrayList<>();
  RedisServer server;
  Nodes nodes;
  TieredCache<String, String> a;
  TieredCache<String, String> b;

  @BeforeEach
  void connect() {
    server = RedisServer.startOwn();
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
  void takesWhatTheTiersHoldAndLoadsTheRestAtOnce() {
    a.put("1", "one");
    b.put("2", "two");
    List<String> keys = IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList();
    Map<String, String> values = a.getAll(keys, this::load);
    assertThat(values.keySet()).containsExactlyElementsOf(keys);
    assertThat(values).containsEntry("1", "one").containsEntry("2", "two").containsEntry("3", "v3");
    assertThat(loads).hasSize(1);
    assertThat(loads.get(0)).hasSize(98);
    assertThat(b.getAll(keys, this::load)).isEqualTo(values);
    assertThat(loads).hasSize(1);
    assertThat(b.getAll(keys, this::load)).isEqualTo(values);
    assertThat(b.stats().l1Hits()).isGreaterThanOrEqualTo(100);
  }

  @Test
  void looksAllKeysUpByOneCommand() {
    List<String> keys = IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList();
    Map<String, String> values = a.getAll(keys, this::load);
    server.command("CONFIG", "RESETSTAT");
    assertThat(b.getAll(keys, this::load)).isEqualTo(values);
    assertThat(server.command("INFO", "commandstats").toString()).contains("cmdstat_mget:calls=1,");
    assertThat(loads).hasSize(1);
  }

  @Test
  void remembersTheKeysThatHaveNoValue() {
    assertThat(a.getAll(List.of("1", "2"), keys -> Map.of("1", "v"))).isEqualTo(Map.of("1", "v"));
    assertThat(b.getAll(List.of("1", "2"), this::load)).isEqualTo(Map.of("1", "v"));
    assertThat(loads).isEmpty();
  }

  @Test
  void passesTheLoadersErrorOn() {
    assertThatThrownBy(
            () ->
                a.getAll(
                    List.of("1", "2"),
                    keys -> {
                      throw new IllegalStateException("broken");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
    assertThat(a.getAll(List.of("1", "2"), this::load)).hasSize(2);
  }

  @Test
  void waitsForAKeyThatAnotherNodeLoadsWithoutDelayingTheOthers() {
    CompletableFuture<String> vendor = new CompletableFuture<>();
    CompletableFuture<Entry<String>> leader = a.getAsync("2", k -> vendor);
    Await.until("a loads", Nodes.PATIENCE, () -> a.stats().misses() == 1);
    Map<String, String> values =
        b.getAll(
            List.of("1", "2", "3"),
            keys -> {
              vendor.complete("a's");
              return load(keys);
            });
    assertThat(values).isEqualTo(Map.of("1", "v1", "2", "a's", "3", "v3"));
    assertThat(loads).containsExactly(Set.of("1", "3"));
    assertThat(leader.join().value()).isEqualTo("a's");
  }

  @Test
  void loadsAtOnceWithoutRedis() {
    server.kill();
    List<String> keys = IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList();
    assertThat(a.getAll(keys, this::load)).hasSize(100);
    assertThat(loads).hasSize(1);
  }

  private Map<String, String> load(Set<String> keys) {
    loads.add(keys);
    Map<String, String> values = new HashMap<>();
    keys.forEach(key -> values.put(key, "v" + key));
    return values;
  }
}
