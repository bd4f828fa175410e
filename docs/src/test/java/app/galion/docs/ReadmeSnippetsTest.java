package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.JacksonCodec;
import app.galion.cache.TieredCache;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.redis.RedisLink;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The first code that a reader of README.md meets. */
class ReadmeSnippetsTest {

  record User(long id, String name) {}

  /** Stands for the reader's database. */
  static final class Repository {
    private int reads;

    User find(long id) {
      reads++;
      return new User(id, "User " + id);
    }
  }

  @Test
  void theFirstExampleRuns() {
    Repository repository = new Repository();
    try (RedisServer server = RedisServer.startOwn()) {
      assertThat(example(server.uri(), "alice", repository))
          .containsExactly(new User(42, "User 42"));
      assertThat(example(server.uri(), "bob", repository)).containsExactly(new User(42, "User 42"));
    }
    assertThat(repository.reads).isBetween(1, 2);
  }

  private static List<User> example(String redisUri, String caller, Repository repository) {
    List<User> seen = new ArrayList<>();

    RedisLink redis = RedisLink.builder("shop", redisUri).build();
    TieredCache<Long, User> users =
        TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class)).redis(redis).build();
    RateLimiter limiter = RateLimiter.builder("api").redis(redis).build();
    RatePolicy read = RatePolicy.tokenBucket("read", 200, Duration.ofMinutes(1));

    if (limiter.check(read.by(caller)).allowed()) {
      User user =
          users.get(42L, id -> repository.find(id)); // in process, else Redis, else one loader
      seen.add(user);
    }

    users.close();
    limiter.close();
    redis.close();
    return seen;
  }
}
