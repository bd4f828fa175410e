package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten callers of three nodes want one key, and one gives up. */
class CancellationTest {
  private static final int CALLERS = 10;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void takesTheValueFromNobodyElse(int gaveUp, @RealRedis RedisServer server) {
    CompletableFuture<String> vendor = new CompletableFuture<>();
    AtomicInteger loads = new AtomicInteger();
    AsyncLoader<String, String> loader =
        key -> {
          loads.incrementAndGet();
          return vendor;
        };
    try (Nodes nodes = Nodes.of(3, server)) {
      List<CompletableFuture<Entry<String>>> callers = new ArrayList<>();
      callers.add(nodes.get(0).getAsync("k", loader));
      Await.until("it loads", Nodes.PATIENCE, () -> loads.get() == 1);
      for (int i = 1; i < CALLERS; i++) {
        callers.add(nodes.get(i % 3).getAsync("k", loader));
      }
      Await.until(
          "the others wait",
          Nodes.PATIENCE,
          () -> nodes.get(1).stats().waits() > 0 && nodes.get(2).stats().waits() > 0);
      assertThat(callers.get(gaveUp).cancel(true)).isTrue();
      vendor.complete("v");
      for (int i = 0; i < CALLERS; i++) {
        if (i != gaveUp) {
          assertThat(callers.get(i))
              .succeedsWithin(Nodes.PATIENCE)
              .matches(e -> "v".equals(e.value()));
        }
      }
      assertThat(callers.get(gaveUp)).isCancelled();
      assertThat(loads).hasValue(1);
      assertThat(nodes.get(0).get("k", key -> "again")).isEqualTo("v");
    }
  }
}
