package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.spi.Health;
import app.galion.testkit.Await;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a limiter tells its operators: meters, health, log. */
class ReportsTest {

  static final Logger LOG = Logger.getLogger(RateLimiter.class.getName());
  static final RatePolicy DAILY =
      RatePolicy.tokenBucket("daily", 2, Duration.ofDays(1)).deadline(PATIENT);

  final List<String> logged = new CopyOnWriteArrayList<>();
  final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    LOG.removeHandler(handler);
  }

  @Test
  void metersCountDecisionsCallsAndDenials() throws Exception {
    try (RedisServer server = RedisServer.start();
        Node node = Node.of("t" + UUID.randomUUID(), server);
        RateLimiter limiter = node.another().ticker(new FakeTicker()).build()) {
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      new RateLimiterMetrics(limiter).bindTo(registry);
      LimitKey key = DAILY.by("alice");
      for (int i = 0; i < 5; i++) {
        limiter.check(key);
      }
      assertThat(
              registry.getMeters().stream()
                  .filter(each -> value(each) > 0)
                  .map(each -> each.getId().getName() + tags(each) + value(each)))
          .containsExactlyInAnyOrder(
              "galion.ratelimit.decisions api admitted redis 2.0",
              "galion.ratelimit.decisions api denied redis 1.0",
              "galion.ratelimit.decisions api denied deny_memory 2.0",
              "galion.ratelimit.denials api daily 3.0",
              "galion.ratelimit.redis.calls api 3.0",
              "galion.ratelimit.redis.decisions api 3.0",
              "galion.ratelimit.deny.memory.size api 1.0");
      assertThat(registry.getMeters())
          .extracting(each -> each.getId().getName())
          .contains(
              "galion.ratelimit.redis.failures",
              "galion.ratelimit.redis.late",
              "galion.ratelimit.refunds");
    }
  }

  private static String tags(Meter meter) {
    return meter.getId().getTags().stream()
        .map(Tag::getValue)
        .collect(Collectors.joining(" ", " ", " "));
  }

  private static double value(Meter meter) {
    return meter.measure().iterator().next().getValue();
  }

  @Test
  void manyPoliciesMakeAtMostTwoHundredMeters() {
    RateLimiter limiter = RateLimiter.builder("local").build();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new RateLimiterMetrics(limiter).bindTo(registry);
    for (int i = 0; i < 300; i++) {
      limiter.check(RatePolicy.tokenBucket("p" + i, 0, Duration.ofDays(1)).by("user"));
    }
    assertThat(registry.find("galion.ratelimit.denials").meters()).hasSize(200);
  }

  @Test
  void aRedisThatMayEvictCountersIsWarnedOf() throws Exception {
    try (RedisServer server =
            RedisServer.startOwn("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru");
        Node node = Node.of("t" + UUID.randomUUID(), server)) {
      Await.until(
          "the eviction policy is known", PATIENT, () -> eviction(node).equals("allkeys-lru"));
      assertThat(logged)
          .filteredOn(each -> each.contains("maxmemory-policy"))
          .singleElement()
          .asString()
          .startsWith("WARNING limiter")
          .contains("maxmemory-policy allkeys-lru", "set it to noeviction");
    }
  }

  @Test
  void anOutageIsOneWarningAndItsEndOneLine() throws Exception {
    try (RedisServer server = RedisServer.startOwn();
        Node node = Node.of("t" + UUID.randomUUID(), server)) {
      Await.until(
          "the eviction policy is known", PATIENT, () -> eviction(node).equals("noeviction"));
      logged.clear();
      server.kill();
      for (int i = 0; i < 20; i++) {
        node.limiter().check(DAILY.by("user" + i));
      }
      Health health = node.limiter().health();
      assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(health.details()).containsEntry("mode", "fallback").containsKey("last-failure");
      server.restart();
      Await.until(
          "Redis decides",
          PATIENT,
          () -> node.limiter().check(0, DAILY.by("user")).source() == Decision.Source.REDIS);
      Await.until("both are logged", PATIENT, () -> logged.size() >= 2);
      assertThat(logged).hasSize(2);
      assertThat(logged.get(0)).startsWith("WARNING ").contains("gets no answer from Redis");
      assertThat(logged.get(1)).startsWith("INFO ").endsWith("has answers from Redis again");
    }
  }

  @Test
  void theEvictionPolicyIsReadAgainAfterAnOutage() throws Exception {
    try (RedisServer server = RedisServer.startOwn();
        Node node = Node.of("t" + UUID.randomUUID(), server)) {
      Await.until("it is known", PATIENT, () -> eviction(node).equals("noeviction"));
      server.command("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
      server.pause();
      node.limiter().check(DAILY.deadline(Duration.ofMillis(200)).by("user"));
      server.resume();
      Await.until("it is known anew", PATIENT, () -> eviction(node).equals("volatile-ttl"));
      assertThat(logged).filteredOn(each -> each.contains("volatile-ttl")).hasSize(1);
    }
  }

  @Test
  void aServerThatForbidsInfoIsAskedOnceOnly() throws Exception {
    try (RedisServer server = RedisServer.startOwn()) {
      server.command("ACL", "SETUSER", "limits", "on", ">secret", "~*", "&*", "+@all", "-info");
      String uri = server.uri().replace("redis://", "redis://limits:secret@");
      try (RedisLink link = RedisLink.builder("t" + UUID.randomUUID(), uri).build();
          RateLimiter limiter = RateLimiter.builder("api").redis(link).build()) {
        RatePolicy policy = DAILY.deadline(PATIENT);
        Await.until(
            "Redis decides",
            PATIENT,
            () -> limiter.check(policy.by("first")).source() == Decision.Source.REDIS);
        for (int i = 0; i < 300; i++) {
          limiter.check(policy.by("user" + i));
        }
        assertThat(limiter.health().details()).containsEntry("eviction", "unknown");
        assertThat(new CommandStats(server).refused("info"))
            .as("by the link's greeting, and by the limiter before and after it")
            .isBetween(1L, 10L);
      }
    }
  }

  private static String eviction(Node node) {
    node.limiter().state(DAILY.by("user"));
    return node.limiter().health().details().getOrDefault("eviction", "");
  }

  @Test
  void withoutRedisItIsUpAndLocal() {
    RateLimiter limiter = RateLimiter.builder("local").build();
    assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
    assertThat(limiter.health().details()).containsEntry("mode", "local");
  }
}
