package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.RedisServer;
import java.time.Duration;

/** A limiter with a link of its own, as one process of a fleet has it. */
record Node(RedisLink link, RateLimiter limiter) implements AutoCloseable {

  static final Duration PATIENT = Duration.ofSeconds(10);

  static Node of(String app, RedisServer server) throws InterruptedException {
    RedisLink link = RedisLink.builder(app, server.uri()).build();
    assertThat(link.awaitAvailable(PATIENT)).isTrue();
    return new Node(link, RateLimiter.builder("api").redis(link).build());
  }

  /** Another limiter on the same link. */
  RateLimiterBuilder another() {
    return RateLimiter.builder("api").redis(link);
  }

  @Override
  public void close() {
    limiter.close();
    link.close();
  }
}
