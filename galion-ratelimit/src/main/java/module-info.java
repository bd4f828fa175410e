/** RateLimiter: exact limits at one Redis round trip, local when Redis is away. */
@org.jspecify.annotations.NullMarked
module app.galion.ratelimit {
  requires transitive app.galion.spi;
  requires transitive app.galion.redis;
  requires static transitive org.jspecify;
  requires static micrometer.core;
  requires transitive io.github.bucket4j.core;
  requires com.github.benmanes.caffeine;

  exports app.galion.ratelimit;
}
