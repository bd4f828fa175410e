/**
 * What tests of services built on galion need: time that stands still, a real Redis, a network and
 * AI vendors that misbehave on demand, and contracts for implementors of the SPI.
 *
 * <pre>{@code
 * try (RedisServer redis = RedisServer.startOwn()) {
 *   RedisLink link = RedisLink.builder("test", redis.uri()).build();
 *   redis.kill();
 *   Await.until("the link notices", Duration.ofSeconds(2), () -> !link.available());
 * }
 * }</pre>
 */
@NullMarked
package app.galion.testkit;

import org.jspecify.annotations.NullMarked;
