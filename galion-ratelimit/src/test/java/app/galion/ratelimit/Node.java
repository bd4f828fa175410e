package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.RedisServer;
import java.time.Duration;

/** A limiter with a link of its own, as one process of a fleet has it. */
record Node(RedisLink link, RateLimiter limiter) implements AutoCloseable {

  static final Duration PATIENT = Duration.ofSeconds(20);

  static Node of(String app, RedisServer server) throws InterruptedException {
    return on(link(app, server.uri()));
  }

  /** With the link that users get, which soon suspects a server that is silent. */
  static Node ofDefaults(String app, RedisServer server) throws InterruptedException {
    return on(RedisLink.builder(app, server.uri()).build());
  }

  /** A link that takes no stall of the test's own machine for trouble with Redis. */
  static RedisLink link(String app, String uris) {
    return RedisLink.builder(app, uris).suspectAfter(PATIENT).build();
  }

  private static Node on(RedisLink link) throws InterruptedException {
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
