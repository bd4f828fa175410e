/** RedisLink: one connection to standalone, Sentinel or Cluster, with true deadlines. */
@org.jspecify.annotations.NullMarked
module app.galion.redis {
  requires transitive app.galion.spi;
  requires transitive lettuce.core;
  requires static transitive org.jspecify;
  requires static micrometer.core;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;

  exports app.galion.redis;
}
