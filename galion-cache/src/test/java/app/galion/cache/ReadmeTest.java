package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The code of the README. */
class ReadmeTest {

  record User(long id, String name) {}

  /** Stands for the reader's database. */
  static final class Repository {
    private final Map<Long, User> rows = new HashMap<>(Map.of(42L, new User(42, "old")));

    User find(long id) {
      return rows.get(id);
    }

    void save(User user) {
      rows.put(user.id(), user);
    }
  }

  @Test
  void usageRuns() throws Exception {
    Repository repository = new Repository();
    User changed = new User(42, "new");
    try (RedisServer server = RedisServer.startOwn();
        RedisLink redis = RedisLink.builder("readme", server.uri()).build()) {
      assertThat(redis.awaitAvailable(Duration.ofSeconds(5))).isTrue();

      TieredCache<Long, User> users =
          TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class))
              .redis(redis) // leave out: in process only
              .freshFor(Duration.ofMinutes(5))
              .staleIfError(Duration.ofHours(24))
              .build();

      User user = users.get(42L, id -> repository.find(id)); // L1 → L2 → one loader per fleet
      repository.save(changed);
      users.invalidate(42L); // APPLIED: in Redis; QUEUED: Redis is away, kept and retried

      assertThat(user).isEqualTo(new User(42, "old"));
      assertThat(users.get(42L, id -> repository.find(id))).isEqualTo(changed);
      users.close();
    }
  }
}
