package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A caller changes the list that it got, which it should not. */
class SharedValuesTest {

  @Test
  void aChangeIsSeenWhereTheValueIsSharedAndReachesNeitherRedisNorOtherNodes(
      @RealRedis RedisServer server) {
    try (Nodes nodes = new Nodes(server);
        TieredCache<String, List<String>> a = cache(nodes);
        TieredCache<String, List<String>> b = cache(nodes)) {
      List.of(a, b).forEach(Nodes::awaitVerified);
      List<String> got = a.get("k", key -> new ArrayList<>(List.of("one")));
      got.add("two");

      assertThat(b.get("k", key -> List.of())).containsExactly("one");
      assertThat(a.getEntry("k", ReadOptions.of().skipLocal(), key -> List.of()).value())
          .containsExactly("one");
    }
  }

  private static TieredCache<String, List<String>> cache(Nodes nodes) {
    return TieredCache.<String, List<String>>builder(
            "lists", JacksonCodec.of(new TypeReference<List<String>>() {}))
        .redis(nodes.link())
        .redisTimeout(Duration.ofSeconds(5))
        .silenceLimit(Duration.ofSeconds(30))
        .build();
  }
}
