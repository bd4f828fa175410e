package app.galion.ratelimit;

import app.galion.redis.RedisLink;
import app.galion.spi.Fleet;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import org.jspecify.annotations.Nullable;

/*
 * What decides, and all that it needs. A limiter has one for the keys that enforce and one for those in
 * shadow, which share nothing but the link or store beneath: no lane, no memory, no local limit. So
 * however many shadow keys are asked, they take no place that an enforcing one would have had.
 */
record Deciding(
    DenyMemory memory,
    Fallback fallback,
    @Nullable RedisLimits redis,
    @Nullable StoreLimits store,
    Decider decider) {

  private static final int THREADS = 16;
  private static final int SHADOW_THREADS = 4;

  static Deciding of(
      RateLimiterBuilder from,
      @Nullable ProxyManager<String> manager,
      Counters counters,
      boolean shadow) {
    DenyMemory memory = new DenyMemory(from.ticker, from.denyMemory.toNanos());
    RedisLink link = from.redis;
    Fleet fleet = link == null ? Fleet.single() : link.fleet();
    LocalLimits local = new LocalLimits(from.ticker, from.clock, fleet::size);
    Fallback fallback =
        shadow
            ? Fallback.quiet(from.id, from.ticker, local, counters)
            : new Fallback(from.id, from.ticker, local, link, manager != null, counters);
    Followed followed = new Followed(memory, local, fallback);
    RedisLimits redis =
        link == null ? null : new RedisLimits(from.id, link, from.ticker, followed, counters);
    int threads = shadow ? SHADOW_THREADS : THREADS;
    StoreLimits store =
        manager == null
            ? null
            : new StoreLimits(from.id, manager, from.ticker, followed, counters, threads);
    Decider decider = new Decider(memory, local, fallback, redis == null ? store : redis, counters);
    return new Deciding(memory, fallback, redis, store, decider);
  }

  /** Whether all nodes share what it counts, where they can. */
  boolean remote() {
    return redis != null || store != null;
  }

  void close() {
    decider.close();
    if (store != null) {
      store.close();
    }
  }
}
