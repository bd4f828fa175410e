package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import app.galion.redis.RedisLink;
import app.galion.spi.ComponentId;
import app.galion.spi.Fleet;
import app.galion.spi.Guard;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Permit;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether requests may go on: exactly over the whole fleet, at most one Redis round trip
 * for each decision, and by each policy's own choice when Redis is late or away. Trouble with Redis
 * is never thrown; {@link Decision#source()} says who decided.
 *
 * <p>Thread-safe. {@code check} blocks up to the smallest deadline of its policies; {@code
 * checkAsync} never blocks. An interrupted thread is answered by the failure policy and stays
 * interrupted.
 */
public final class RateLimiter implements HealthProbe, AutoCloseable {

  private static final int MOST_KEYS = 16;

  private final ComponentId id;
  private final Ticker ticker;
  private final Counters counters = new Counters();
  private final DenyMemory memory;
  private final LocalLimits local;
  private final Fallback fallback;
  private final @Nullable RedisLimits redis;
  private volatile boolean closed;

  private RateLimiter(Builder builder) {
    id = builder.id;
    ticker = builder.ticker;
    memory = new DenyMemory(ticker, builder.denyMemory.toNanos());
    RedisLink link = builder.redis;
    Fleet fleet = link == null ? Fleet.single() : link.fleet();
    local = new LocalLimits(ticker, fleet::size);
    fallback = new Fallback(id, ticker, local, link, counters);
    redis =
        link == null
            ? null
            : new RedisLimits(id, link, ticker, new Followed(memory, local, fallback), counters);
  }

  /**
   * Starts building a limiter. Without {@link Builder#redis} it decides in this process alone.
   *
   * @param name its name, 1 to 100 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @return a builder
   * @throws IllegalArgumentException if the name is none
   */
  public static Builder builder(String name) {
    return new Builder(new ComponentId("limiter", name));
  }

  /**
   * Asks for one unit under one key.
   *
   * @param key the key
   * @return the decision
   */
  public Decision check(LimitKey key) {
    return check(1, key);
  }

  /**
   * Asks for one unit under each of several keys, all or nothing.
   *
   * @param keys 1 to 16 keys; a key given twice is charged once
   * @return the decision
   * @throws IllegalArgumentException if there are none or more than 16
   */
  public Decision check(LimitKey... keys) {
    return check(1, keys);
  }

  /**
   * Asks for a cost under one key.
   *
   * @param cost at least 0; 0 looks and changes nothing
   * @param key the key
   * @return the decision
   * @throws IllegalArgumentException if the cost is negative
   */
  public Decision check(long cost, LimitKey key) {
    requireCost(cost);
    Decision known = remembered(cost, requireNonNull(key, "key"));
    return known != null ? counters.count(known) : decide(cost, key.alone());
  }

  /**
   * Asks for a cost under each of several keys, all or nothing.
   *
   * @param cost at least 0; 0 looks and changes nothing
   * @param keys 1 to 16 keys; a key given twice is charged once
   * @return the decision
   * @throws IllegalArgumentException if the cost is negative or there are no or more than 16 keys
   */
  public Decision check(long cost, LimitKey... keys) {
    requireCost(cost);
    LimitKey[] distinct = distinct(keys);
    Decision known = remembered(cost, distinct);
    return known != null ? counters.count(known) : decide(cost, distinct);
  }

  /**
   * As {@link #check(LimitKey...)}, without blocking.
   *
   * @param keys 1 to 16 keys; a key given twice is charged once
   * @return completes with the decision within the smallest deadline, never exceptionally; maybe on
   *     an I/O thread, so attach only cheap work or use the {@code Async} methods
   * @throws IllegalArgumentException if there are none or more than 16
   */
  public CompletableFuture<Decision> checkAsync(LimitKey... keys) {
    return checkAsync(1, keys);
  }

  /**
   * As {@link #check(long, LimitKey...)}, without blocking.
   *
   * @param cost at least 0; 0 looks and changes nothing
   * @param keys 1 to 16 keys; a key given twice is charged once
   * @return as {@link #checkAsync(LimitKey...)}
   * @throws IllegalArgumentException if the cost is negative or there are no or more than 16 keys
   */
  public CompletableFuture<Decision> checkAsync(long cost, LimitKey... keys) {
    requireCost(cost);
    LimitKey[] distinct = distinct(keys);
    Decision known = remembered(cost, distinct);
    if (known == null) {
      known = withoutRedis(cost, distinct);
    }
    if (known != null) {
      return CompletableFuture.completedFuture(counters.count(known));
    }
    Question question = requireNonNull(redis).ask(distinct, cost, deadline(distinct));
    return question
        .orTimeout(deadline(distinct), TimeUnit.NANOSECONDS)
        .handle(
            (decision, error) -> {
              if (error != null) {
                question.withdraw();
                if (error instanceof TimeoutException) {
                  fallback.failed(error);
                }
              }
              return counters.count(decision != null ? decision : fallback.decide(distinct, cost));
            });
  }

  /**
   * Looks at a key without charging it: a check of cost 0.
   *
   * @param key the key
   * @return its binding limit
   */
  public LimitState state(LimitKey key) {
    return check(0, key).binding();
  }

  /**
   * This limiter as a guard that asks for one unit under a key each time.
   *
   * @param key the key
   * @return a guard that blocks up to the policy's deadline
   */
  public Guard asGuard(LimitKey key) {
    requireNonNull(key, "key");
    return () -> {
      Decision decision = check(1, key);
      return decision.allowed() ? Permit.free() : decision.refusal();
    };
  }

  private @Nullable Decision remembered(long cost, LimitKey key) {
    return cost == 0 ? null : memory.recall(key, cost);
  }

  private @Nullable Decision remembered(long cost, LimitKey[] keys) {
    for (LimitKey key : keys) {
      Decision known = remembered(cost, key);
      if (known != null) {
        return known;
      }
    }
    return null;
  }

  private Decision decide(long cost, LimitKey[] keys) {
    Decision known = withoutRedis(cost, keys);
    if (known != null) {
      return counters.count(known);
    }
    long nanos = deadline(keys);
    Question question = requireNonNull(redis).ask(keys, cost, nanos);
    Decision decision = null;
    try {
      decision = question.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      fallback.failed(e);
    } catch (ExecutionException e) {
      // who completed it so has counted the failure
      decision = null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (decision == null) {
      decision = question.giveUp();
    }
    if (decision == null) {
      decision = fallback.decide(keys, cost);
    }
    return counters.count(decision);
  }

  private @Nullable Decision withoutRedis(long cost, LimitKey[] keys) {
    int limit = 0;
    for (LimitKey key : keys) {
      for (Limit each : key.policy().limits()) {
        if (cost > each.n() || each.n() == 0) {
          return new Decision(
              Decision.Reason.IMPOSSIBLE,
              Decision.Source.LOCAL,
              Decision.NEVER,
              Standing.nominal(keys, true, limit),
              0);
        }
        limit++;
      }
    }
    if (redis == null) {
      return local.decide(keys, cost);
    }
    return closed ? fallback.decide(keys, cost) : null;
  }

  private static long deadline(LimitKey[] keys) {
    long least = Long.MAX_VALUE;
    for (LimitKey key : keys) {
      least = Math.min(least, key.policy().deadlineNanos());
    }
    return least;
  }

  private static void requireCost(long cost) {
    if (cost < 0) {
      throw new IllegalArgumentException("cost " + cost + " must be >= 0");
    }
  }

  private static LimitKey[] distinct(LimitKey[] keys) {
    if (keys.length == 1) {
      return requireNonNull(keys[0], "key").alone();
    }
    LimitKey[] distinct = new LinkedHashSet<>(Arrays.asList(keys)).toArray(new LimitKey[0]);
    for (LimitKey key : distinct) {
      requireNonNull(key, "key");
    }
    for (int i = 0; distinct.length < keys.length && i < keys.length; i++) {
      requireNoConflict(distinct, keys[i]);
    }
    if (distinct.length == 0 || keys.length > MOST_KEYS) {
      throw new IllegalArgumentException(
          "a decision is about 1 to " + MOST_KEYS + " keys, not " + keys.length);
    }
    return distinct;
  }

  private static void requireNoConflict(LimitKey[] distinct, LimitKey key) {
    for (LimitKey each : distinct) {
      if (each.equals(key) && !each.policy().sameLimits(key.policy())) {
        throw new IllegalArgumentException(
            "one decision cannot ask "
                + each.policy()
                + " and "
                + key.policy()
                + " about one subject: they share their counters; give one another name");
      }
    }
  }

  @Override
  public ComponentId id() {
    return id;
  }

  /**
   * UP, or DEGRADED while the failure policies decide because Redis is away or late. The details
   * name the mode, the number of nodes and the server's eviction policy.
   */
  @Override
  public Health health() {
    return fallback.health(remembered());
  }

  Counters counters() {
    return counters;
  }

  long remembered() {
    return memory.size();
  }

  /** Stops asking Redis: from now on the failure policies decide. The link stays open. */
  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return id.toString();
  }

  /** Builds a {@link RateLimiter}. Not thread-safe. */
  public static final class Builder {

    private static final Duration LONGEST_MEMORY = Duration.ofSeconds(1);

    private final ComponentId id;
    private @Nullable RedisLink redis;
    private Ticker ticker = Ticker.system();
    private Duration denyMemory = LONGEST_MEMORY;

    private Builder(ComponentId id) {
      this.id = id;
    }

    /**
     * Sets the Redis that holds the counters, and whose fleet the local share is taken of. Default:
     * none, each process counts alone.
     *
     * @param redis the link, which stays open when the limiter closes
     * @return this
     */
    public Builder redis(RedisLink redis) {
      this.redis = requireNonNull(redis, "redis");
      return this;
    }

    /**
     * Sets the clock of local limits and of the deny memory. Default: {@link Ticker#system()}.
     *
     * @param ticker the clock
     * @return this
     */
    public Builder ticker(Ticker ticker) {
      this.ticker = requireNonNull(ticker, "ticker");
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
    public Builder denyMemory(Duration longest) {
      requireNonNull(longest, "longest");
      if (longest.isNegative() || longest.compareTo(LONGEST_MEMORY) > 0) {
        throw new IllegalArgumentException("denyMemory " + longest + " must be 0 to 1 s");
      }
      this.denyMemory = longest;
      return this;
    }

    /**
     * Builds the limiter; never blocks.
     *
     * @return the limiter
     */
    public RateLimiter build() {
      return new RateLimiter(this);
    }
  }
}
