package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.spi.Guard;
import app.galion.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The README's snippets, which stand here line by line and run. */
class ReadmeTest {

  @Test
  void everySnippetRuns() throws Exception {
    String app = "t" + UUID.randomUUID();
    String user = "alice";
    String account = "openai";
    Map<String, String> response = new HashMap<>();
    List<String> xForwardedFor = List.of("203.0.113.7");
    List<String> forwarded = List.of();
    try (RedisServer server = RedisServer.start();
        RedisLink redis = RedisLink.builder(app, server.uri()).build()) {
      assertThat(redis.awaitAvailable(Duration.ofSeconds(10))).isTrue();

      RateLimiter limiter = RateLimiter.builder("api").redis(redis).build();
      RatePolicy login = RatePolicy.slidingExact("login", 10, Duration.ofMinutes(1));
      RatePolicy read =
          RatePolicy.tokenBucket("read", 200, Duration.ofMinutes(1))
              .and(1000, Duration.ofHours(1))
              .deadline(Duration.ofMillis(100))
              .onFailure(FailurePolicy.FAIL_OPEN);

      ClientAddress clients = ClientAddress.trusting("10.0.0.0/8");
      String address = clients.resolve("10.0.0.2", xForwardedFor, forwarded);

      Decision decision = limiter.check(login.by(address), login.by(user));
      RateHeaders.of(decision, Instant.now()).forEach(response::put);
      assertThat(decision.allowed()).isTrue();
      assertThat(response).containsEntry("X-RateLimit-Limit", "10");

      Decision batch = limiter.check(25, read.by(user));
      RatePolicy calls = RatePolicy.smooth("openai-calls", 500, Duration.ofMinutes(1)).burst(20);
      RatePolicy tokens = RatePolicy.tokenBucket("openai-tokens", 200_000, Duration.ofMinutes(1));
      Decision call = limiter.check(calls.by(account), tokens.by(account).costing(900));
      assertThat(call.allowed()).isTrue();

      long estimate = 1_200;
      long remainingByHeader = 480;
      LimitKey spent = tokens.by(account);
      LimitKey inFlight = RatePolicy.concurrency("openai-in-flight", 64).by(account);
      try (Reservation reservation = limiter.reserve(spent.costing(estimate), inFlight)) {
        assertThat(reservation.granted()).isTrue();
        if (reservation.granted()) {
          reservation.settle(spent.costing(askTheModel()));
        }
      }
      limiter.observe(calls.by(account), remainingByHeader);

      Decision inLine = limiter.acquire(Duration.ofSeconds(10), calls.by(account));
      RatePolicy free =
          RatePolicy.calendar("free-plan", 1000, CalendarPeriod.MONTH, ZoneId.of("Europe/Berlin"));
      Decision month = limiter.check(free.by(user));
      assertThat(inLine.allowed() && month.allowed()).isTrue();

      RatePolicy stricter = RatePolicy.tokenBucket("read", 100, Duration.ofMinutes(1)).shadow();
      Decision asBefore = limiter.check(read.by(user), stricter.by(user));
      assertThat(asBefore.limits()).extracting(LimitState::limit).containsExactly(200L, 1000L);
      LimitState standing = limiter.state(read.by(user));
      Guard guard = limiter.asGuard(RatePresets.tts().by(account));
      assertThat(batch.allowed()).isTrue();
      assertThat(standing.limit()).isPositive();
      assertThat(guard.tryAcquire().granted()).isTrue();
    }
  }

  private static long askTheModel() {
    return 700;
  }

  @Test
  void everyLineOfCodeInTheReadmeStandsInThisTest() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String test =
        Files.readString(Path.of("src/test/java/app/galion/ratelimit/ReadmeTest.java"))
            .replaceAll("\\s+", "");
    String[] parts = readme.split("```");
    int lines = 0;
    for (int i = 1; i < parts.length; i += 2) {
      for (String line : parts[i].lines().skip(1).toList()) {
        assertThat(test).contains(line.replaceAll("\\s+", ""));
        lines++;
      }
    }
    assertThat(lines).isGreaterThan(10);
  }
}
