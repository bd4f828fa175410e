package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.ClientAddress;
import app.galion.ratelimit.Decision;
import app.galion.ratelimit.FailurePolicy;
import app.galion.ratelimit.HeaderForm;
import app.galion.ratelimit.RateHeaders;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.ratelimit.RatePresets;
import app.galion.ratelimit.RouteLimits;
import app.galion.redis.RedisLink;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The code of docs/ratelimit.md. */
class RateLimitSnippetsTest {

  @Test
  void aRouteIsLimitedAndShownInHeaders() {
    RateLimiter limiter = RateLimiter.builder("api").build();
    String method = "POST";
    String path = "/api/v1/auth/login";
    String peer = "10.0.0.2";
    List<String> xForwardedFor = List.of("203.0.113.7");
    List<String> forwarded = List.of();
    Map<String, String> response = new HashMap<>();
    List<String> log = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      RouteLimits routes =
          RouteLimits.builder()
              .route("POST", "/api/v1/auth/login", RatePresets.login())
              .route("GET", "/api/v1/users/{id}", RatePresets.read())
              .otherwise(RatePresets.standard())
              .build();
      ClientAddress clients = ClientAddress.trusting("10.0.0.0/8");

      RatePolicy policy = routes.find(method, path).orElseThrow();
      String address = clients.resolve(peer, xForwardedFor, forwarded);
      Decision decision = limiter.check(policy.by(address));
      RateHeaders.of(decision, Instant.now(), HeaderForm.IETF).forEach(response::put);
      if (!decision.allowed()) {
        log.add(decision + "; " + decision.bound().text());
      }
    }
    assertThat(log).singleElement().asString().startsWith("denied by LOCAL: 'login' of 10");
    assertThat(response).containsEntry("RateLimit-Policy", "\"login\";q=10;w=60");
  }

  @Test
  void eachPolicyChoosesWhatHappensWithoutRedis() {
    RatePolicy search =
        RatePolicy.tokenBucket("search", 30, Duration.ofMinutes(1))
            .deadline(Duration.ofMillis(20))
            .onFailure(FailurePolicy.FAIL_OPEN);
    RatePolicy payment =
        RatePolicy.slidingExact("payment", 5, Duration.ofHours(1))
            .onFailure(FailurePolicy.FAIL_CLOSED);
    try (RedisLink nowhere = RedisLink.builder("test", "redis://127.0.0.1:1").build()) {
      RateLimiter limiter = RateLimiter.builder("api").redis(nowhere).build();
      assertThat(limiter.check(search.by("user")).allowed()).isTrue();
      assertThat(limiter.check(payment.by("user")).allowed()).isFalse();
    }
  }

  /** Compiled only: the module's own tests have a store. */
  static RateLimiter stored(ProxyManager<String> manager) {
    RateLimiter stored = RateLimiter.builder("api").proxyManager(manager).build();
    return stored;
  }

  @Test
  void theRightsOfTheChecklistAreEnough(@RealRedis(own = true) RedisServer redis) throws Exception {
    redis.command(
        "ACL SETUSER limits on >secret ~shop:* &shop:* +@connection +@scripting +@read +@write"
            .concat(" +@pubsub +info +time")
            .split(" "));
    String uri = "redis://limits:secret@" + redis.host() + ":" + redis.port();
    try (RedisLink link =
        RedisLink.builder("shop", uri).suspectAfter(Duration.ofSeconds(5)).build()) {
      assertThat(link.awaitAvailable(Duration.ofSeconds(20))).isTrue();
      RateLimiter limiter = RateLimiter.builder("api").redis(link).build();
      RatePolicy policy =
          RatePolicy.slidingExact("login", 1, Duration.ofHours(1)).deadline(Duration.ofSeconds(10));
      assertThat(limiter.check(policy.by("user")).source()).isEqualTo(Decision.Source.REDIS);
      assertThat(limiter.check(policy.by("user")).allowed()).isFalse();
    }
  }
}
