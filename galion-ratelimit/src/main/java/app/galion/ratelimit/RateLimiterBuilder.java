package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import app.galion.redis.RedisLink;
import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AbstractProxyManagerBuilder;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Builds a {@link RateLimiter}. Not thread-safe. */
public final class RateLimiterBuilder {

  private static final Duration LONGEST_MEMORY = Duration.ofSeconds(1);

  final ComponentId id;
  @Nullable RedisLink redis;
  @Nullable Supplier<? extends ProxyManager<String>> manager;
  Ticker ticker = Ticker.system();
  InstantSource clock = InstantSource.system();
  Duration denyMemory = LONGEST_MEMORY;
  double nearLimit = 0.8;
  @Nullable Consumer<? super LimitState> onNearLimit;
  @Nullable Consumer<? super LimitState> onShadowDenial;

  RateLimiterBuilder(ComponentId id) {
    this.id = id;
  }

  /**
   * Sets the Redis that holds the counters, and whose fleet the local share is taken of. Default:
   * none, each process counts alone.
   *
   * @param redis the link, which stays open when the limiter closes
   * @return this
   */
  public RateLimiterBuilder redis(RedisLink redis) {
    this.redis = requireNonNull(redis, "redis");
    return this;
  }

  /**
   * Sets a store that Bucket4j speaks to, for services without Redis or with buckets to share.
   * Default: none.
   *
   * <p>It counts {@code tokenBucket} and {@code smooth} only, of at most one token a nanosecond;
   * every other policy is refused with {@link IllegalArgumentException} when it is first asked for.
   * Decisions have the source {@link Decision.Source#STORE}; deadlines, failure policies and the
   * memory of denials hold as with Redis, but nobody counts the nodes: with {@link
   * FailurePolicy#FAIL_LOCAL} each of them admits up to the whole limit while the store is away;
   * give limits that must hold then {@link FailurePolicy#FAIL_CLOSED}. The buckets' expiry is what
   * the manager was built with: prefer {@link #proxyManager(AbstractProxyManagerBuilder)}, or a key
   * for each subject stays for ever.
   *
   * @param manager the manager; its keys are {@code <limiter>:r1:{<hash>}:<policy>}
   * @return this
   */
  public RateLimiterBuilder proxyManager(ProxyManager<String> manager) {
    requireNonNull(manager, "manager");
    this.manager = () -> manager;
    return this;
  }

  /**
   * As {@link #proxyManager(ProxyManager)}, with a manager that {@link #build()} builds: where the
   * store offers expiry, a bucket leaves it a second after it is full again.
   *
   * @param builder the manager's builder, of which only the expiry is set
   * @return this
   */
  public RateLimiterBuilder proxyManager(AbstractProxyManagerBuilder<String, ?, ?> builder) {
    requireNonNull(builder, "builder");
    this.manager =
        () -> {
          if (builder.isExpireAfterWriteSupported()) {
            builder.expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    Duration.ofSeconds(1)));
          }
          return builder.build();
        };
    return this;
  }

  /**
   * Sets the clock of local limits and of the deny memory. Default: {@link Ticker#system()}.
   *
   * @param ticker the clock
   * @return this
   */
  public RateLimiterBuilder ticker(Ticker ticker) {
    this.ticker = requireNonNull(ticker, "ticker");
    return this;
  }

  /**
   * Sets the wall clock of calendar quotas that are decided in this process: without Redis, or
   * while it is away. Default: {@link InstantSource#system()}.
   *
   * @param clock the clock
   * @return this
   */
  public RateLimiterBuilder clock(InstantSource clock) {
    this.clock = requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets how long a denial of Redis may be given again from memory, at most until it would be
   * admitted. Default: 1 s.
   *
   * @param longest 0 (never) to 1 s
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public RateLimiterBuilder denyMemory(Duration longest) {
    requireNonNull(longest, "longest");
    if (longest.isNegative() || longest.compareTo(LONGEST_MEMORY) > 0) {
      throw new IllegalArgumentException("denyMemory " + longest + " must be 0 to 1 s");
    }
    this.denyMemory = longest;
    return this;
  }

  /**
   * Sets who is told that a limit is nearly used up: of an admission that leaves it used by at
   * least {@link #nearLimit}, at most once for each key in the limit's period, which counts as at
   * least 1 s (while at most 100 000 keys are near; beyond that some are told again). Not of shadow
   * policies, nor of local shares while Redis is away. Default: nobody, at no cost.
   *
   * <p>It runs on one daemon thread {@code galion-ratelimit-<name>-listener} of this limiter, which
   * ends when it closes. What it throws is logged once and counted; while 1024 calls wait, more are
   * dropped and counted.
   *
   * @param listener takes the limit as the admission left it
   * @return this
   */
  public RateLimiterBuilder onNearLimit(Consumer<? super LimitState> listener) {
    this.onNearLimit = requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Sets from which share of its capacity on a limit is nearly used up, for {@link #onNearLimit}.
   * Default: 0.8.
   *
   * @param share above 0, at most 1
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public RateLimiterBuilder nearLimit(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("nearLimit " + share + " must be > 0 and <= 1");
    }
    this.nearLimit = share;
    return this;
  }

  /**
   * Sets who is told what a policy in shadow ({@link RatePolicy#shadow()}) would have denied: each
   * time, on the thread and with the bounds of {@link #onNearLimit}. Default: nobody.
   *
   * @param listener takes the limit that would have denied
   * @return this
   */
  public RateLimiterBuilder onShadowDenial(Consumer<? super LimitState> listener) {
    this.onShadowDenial = requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Builds the limiter; never blocks.
   *
   * @return the limiter
   * @throws IllegalStateException if it has both a Redis and a store
   */
  public RateLimiter build() {
    if (redis != null && manager != null) {
      throw new IllegalStateException(
          id + " has both redis(…) and proxyManager(…): its counters can be in one place only");
    }
    return new RateLimiter(this);
  }
}
