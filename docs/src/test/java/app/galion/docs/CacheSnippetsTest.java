package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.CachePresets;
import app.galion.cache.Codec;
import app.galion.cache.Entry;
import app.galion.cache.Jackson3Codec;
import app.galion.cache.JacksonCodec;
import app.galion.cache.ReadOptions;
import app.galion.cache.TieredCache;
import app.galion.cache.VendorKey;
import app.galion.redis.RedisLink;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

/** The code of docs/cache.md and docs/cache-migration.md. */
class CacheSnippetsTest {

  record User(long id, String name) {}

  /** Stands for the reader's database. */
  static final class Repository {
    private final Map<Long, User> rows = new HashMap<>();

    User find(long id) {
      return rows.computeIfAbsent(id, key -> new User(key, "User " + key));
    }

    Map<Long, User> findAll(Set<Long> ids) {
      return ids.stream().collect(Collectors.toMap(id -> id, this::find));
    }

    void save(User user) {
      rows.put(user.id(), user);
    }
  }

  /** Stands for the reader's client of a vendor. */
  static final class Vendor {
    private int asked;

    String ask(List<Map<String, String>> messages) {
      asked++;
      return "answer " + asked + " to " + messages.get(0).get("content");
    }
  }

  /* as long as the silence limit allows, for a test's machine that stalls */
  private static final Duration PATIENT = Duration.ofSeconds(1);

  final Repository repository = new Repository();
  final User changed = new User(42, "changed");
  private RedisLink redis;

  @BeforeEach
  void connect(@RealRedis RedisServer server) throws Exception {
    redis =
        RedisLink.builder("docs-" + UUID.randomUUID(), server.uri())
            .suspectAfter(Duration.ofSeconds(5))
            .build();
    assertThat(redis.awaitAvailable(Duration.ofSeconds(20))).isTrue();
  }

  @AfterEach
  void disconnect() {
    redis.close();
  }

  @Test
  void rows() {
    TieredCache<Long, User> users =
        CachePresets.<Long, User>userProfiles(JacksonCodec.of(User.class)).redis(redis).build();

    User user = users.get(42L, id -> repository.find(id));
    repository.save(changed);
    users.invalidate(42L); // after the commit

    assertThat(user.name()).isEqualTo("User 42");
    assertThat(users.get(42L, id -> repository.find(id))).isEqualTo(changed);

    Map<Long, User> some = users.getAll(List.of(1L, 2L, 3L), ids -> repository.findAll(ids));
    assertThat(some).containsOnlyKeys(1L, 2L, 3L);

    users.invalidate(42L);
    Entry<User> entry =
        users.getEntry(
            42L,
            (id, context) -> {
              context.tags("team:7").freshFor(Duration.ofMinutes(1));
              return repository.find(id);
            });
    boolean old = entry.stale();
    users.invalidateTags("team:7"); // however many carry it
    assertThat(old).isFalse();

    repository.save(new User(42, "later"));
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    Entry<User> proven = users.getEntry(42L, strict, id -> repository.find(id));
    assertThat(proven.value()).isEqualTo(new User(42, "later"));
    users.close();
  }

  @Test
  void bytes() {
    TieredCache<String, List<User>> teams =
        TieredCache.<String, List<User>>builder(
                "teams", Jackson3Codec.of(new TypeReference<List<User>>() {}))
            .redis(redis)
            .maximumBytes(64 << 20)
            .build();
    assertThat(teams.get("7", team -> List.of(changed))).containsExactly(changed);
    ReadOptions strict = ReadOptions.of().maxStaleness(Duration.ZERO);
    Entry<List<User>> again = teams.getEntry("7", strict, team -> List.of());
    assertThat(again.value()).containsExactly(changed);
    teams.close();
  }

  @Test
  void answers() {
    Vendor vendor = new Vendor();
    try (TieredCache<VendorKey, String> answers =
        TieredCache.<VendorKey, String>builder("answers", Codec.string())
            .redis(redis)
            .redisTimeout(PATIENT)
            .build()) {
      assertThat(ask(answers, vendor, "alice", "1")).isEqualTo("answer 1 to Hi");
      assertThat(ask(answers, vendor, "alice", "2")).isEqualTo("answer 1 to Hi");
      assertThat(ask(answers, vendor, "bob", "3")).isEqualTo("answer 2 to Hi");
    }
  }

  private static String ask(
      TieredCache<VendorKey, String> answers, Vendor vendor, String tenant, String trace) {
    List<Map<String, String>> messages = List.of(Map.of("role", "user", "content", "Hi"));
    Map<String, String> metadata = Map.of("trace", trace);
    VendorKey.Builder request =
        VendorKey.builder(tenant, "gpt-4o-mini", "openai /v1/chat/completions")
            .field("messages", messages)
            .field("temperature", 0)
            .field("metadata", metadata)
            .ignored("metadata");
    Optional<VendorKey> key = request.build(); // empty: request.uncacheable() says why
    String answer =
        key.isPresent() ? answers.get(key.get(), k -> vendor.ask(messages)) : vendor.ask(messages);
    return answer;
  }

  @Test
  void fromSpring() {
    TieredCache<Long, User> users =
        TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class))
            .redis(redis)
            .freshFor(Duration.ofMinutes(10)) // entryTtl
            .negativeFor(Duration.ZERO) // disableCachingNullValues
            .build();
    User user = users.get(42L, id -> repository.find(id)); // @Cacheable
    users.invalidate(42L); // @CacheEvict
    assertThat(user.name()).isEqualTo("User 42");
    assertThat(users.peek(42L)).isEmpty();
    users.close();
  }

  @Test
  void fromJetCache() {
    TieredCache<Long, User> jet =
        TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class))
            .redis(redis) // CacheType.BOTH, syncLocal
            .freshFor(Duration.ofHours(1)) // expire
            .localFor(Duration.ofMinutes(1)) // localExpire
            .maximumSize(10_000) // localLimit
            .staleWhileRevalidate(Duration.ofMinutes(5)) // refreshPolicy
            .build();
    assertThat(jet.get(42L, id -> changed)).isEqualTo(changed);
    jet.close();
  }

  @Test
  void fromRedisson() {
    TieredCache<Long, User> map =
        TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class))
            .redis(redis)
            .maximumSize(10_000) // cacheSize
            .localFor(Duration.ofMinutes(1)) // timeToLive
            .build();
    map.putIfAbsent(42L, changed);
    map.compute(42L, (User before) -> before == null ? null : changed);
    assertThat(map.get(42L, id -> new User(id, "other"))).isEqualTo(changed);
    map.close();
  }
}
