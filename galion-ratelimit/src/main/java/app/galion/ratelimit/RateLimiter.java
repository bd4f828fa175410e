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
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AbstractProxyManagerBuilder;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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

  private final ComponentId id;
  private final Counters counters = new Counters();
  private final DenyMemory memory;
  private final Fallback fallback;
  private final Decider decider;
  private final Reserving reserving;
  private final Acquiring acquiring;
  private final @Nullable Leases leases;
  private final @Nullable StoreLimits store;

  private RateLimiter(Builder builder) {
    id = builder.id;
    Ticker ticker = builder.ticker;
    memory = new DenyMemory(ticker, builder.denyMemory.toNanos());
    RedisLink link = builder.redis;
    Fleet fleet = link == null ? Fleet.single() : link.fleet();
    LocalLimits local = new LocalLimits(ticker, builder.clock, fleet::size);
    ProxyManager<String> manager = builder.manager == null ? null : builder.manager.get();
    fallback = new Fallback(id, ticker, local, link, manager != null, counters);
    Followed followed = new Followed(memory, local, fallback);
    RedisLimits redis = link == null ? null : new RedisLimits(id, link, ticker, followed, counters);
    store = manager == null ? null : new StoreLimits(id, manager, ticker, followed, counters);
    decider = new Decider(memory, local, fallback, redis == null ? store : redis, counters);
    leases = redis == null ? null : new Leases(id, ticker, redis);
    reserving = new Reserving(decider, leases);
    acquiring = new Acquiring(ticker, decider, counters);
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
    return decider.decide(key.alone());
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
   * Asks for a cost under each of several keys, all or nothing. {@link Decision.Reason#IMPOSSIBLE}
   * when one cost is above its own capacity.
   *
   * @param charges 1 to 16 keys with their costs, where a {@link LimitKey} costs 1; a key given
   *     twice with one cost is charged once
   * @return the decision
   * @throws IllegalArgumentException if there are none or more than 16, or one key has two costs
   */
  public Decision check(LimitCharge... charges) {
    return decider.decide(Request.of(charges));
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
    return decider.decide(Request.of(cost, key));
  }

  /**
   * Asks for one cost under each of several keys, all or nothing.
   *
   * @param cost at least 0; 0 looks and changes nothing
   * @param keys 1 to 16 keys; a key given twice is charged once
   * @return the decision
   * @throws IllegalArgumentException if the cost is negative or there are no or more than 16 keys
   */
  public Decision check(long cost, LimitKey... keys) {
    return decider.decide(Request.of(cost, keys));
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
   * As {@link #check(LimitCharge...)}, without blocking.
   *
   * @param charges as there
   * @return as {@link #checkAsync(LimitKey...)}
   * @throws IllegalArgumentException as there
   */
  public CompletableFuture<Decision> checkAsync(LimitCharge... charges) {
    return decider.decideAsync(Request.of(charges));
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
    return decider.decideAsync(Request.of(cost, keys));
  }

  /**
   * Charges what a piece of work is expected to cost, and takes a lease of each concurrency limit,
   * all or nothing. The reservation's {@link Reservation#settle} corrects the charges, {@link
   * Reservation#close()} ends the leases.
   *
   * @param charges as for {@link #check(LimitCharge...)}, here of concurrency limits too
   * @return a reservation, which says whether the work may start
   * @throws IllegalArgumentException as there
   */
  public Reservation reserve(LimitCharge... charges) {
    return reserving.reserve(Request.of(charges));
  }

  /**
   * As {@link #reserve}, without blocking.
   *
   * @param charges as there
   * @return as {@link #checkAsync(LimitKey...)}; cancelling it, or completing it otherwise, gives
   *     all back
   * @throws IllegalArgumentException as there
   */
  public CompletableFuture<Reservation> reserveAsync(LimitCharge... charges) {
    return reserving.reserveAsync(Request.of(charges));
  }

  /**
   * Asks, and waits for as long as it takes but no longer than a given time: first come first
   * served over the whole fleet, at one round trip, without asking again. Denied at once if the
   * wait would be longer; {@link Decision#retryAfter()} then says how long. Answers no later than
   * the longest wait and 5 ms, as far as the machine has a processor free.
   *
   * <p>A caller that leaves the line gives its place back if nobody stands behind it; else the
   * place passes unused, since those behind were told when to start. While somebody waits under a
   * key nothing else is given back to it.
   *
   * @param maxWait the longest wait, 0 to 1 h
   * @param charges as for {@link #check(LimitCharge...)}, of token buckets ({@code smooth}
   *     included); on a cluster under subjects of one slot, which one subject always is
   * @return the decision, at the time at which the request may go on
   * @throws InterruptedException if the thread is interrupted; it has left the line
   * @throws IllegalArgumentException as there, or if the wait is out of range or a policy has no
   *     line
   */
  public Decision acquire(Duration maxWait, LimitCharge... charges) throws InterruptedException {
    return acquiring.acquire(requireNonNull(maxWait, "maxWait"), Request.of(charges));
  }

  /**
   * As {@link #acquire}, without blocking.
   *
   * @param maxWait as there
   * @param charges as there
   * @return completes as there, on a timer or I/O thread, so attach only cheap work or use the
   *     {@code Async} methods; cancelling it leaves the line
   * @throws IllegalArgumentException as there
   */
  public CompletableFuture<Decision> acquireAsync(Duration maxWait, LimitCharge... charges) {
    return acquiring.acquireAsync(requireNonNull(maxWait, "maxWait"), Request.of(charges));
  }

  /**
   * Takes over what somebody else says is left of a limit, such as a vendor in a response header.
   * It only lowers: at most that much is admitted before more comes back. Done in the background,
   * within the policy's deadline; lost where Redis is away.
   *
   * @param key a key whose policy has one limit, which is no concurrency limit
   * @param remaining how much is left of it for the whole fleet, at least 0
   * @throws IllegalArgumentException if the policy is another or the number negative
   */
  public void observe(LimitKey key, long remaining) {
    RatePolicy policy = requireNonNull(key, "key").policy();
    if (policy.limits().size() > 1 || policy.concurrent()) {
      throw new IllegalArgumentException(
          policy + " cannot be observed: give what is observed a policy of its own, of one rate");
    }
    if (remaining < 0) {
      throw new IllegalArgumentException("remaining " + remaining + " must be >= 0");
    }
    tell(Act.OBSERVE, remaining, key);
  }

  /**
   * Forgets what was used under some keys, for support and tests. Denials that other nodes remember
   * end within their memory's time, at most 1 s. Done in the background, within the policies'
   * deadlines.
   *
   * @param keys whose limits are to be full again, none of a concurrency limit: leases end by
   *     themselves
   * @throws IllegalArgumentException if one is
   */
  public void reset(LimitKey... keys) {
    for (LimitKey key : keys) {
      if (requireNonNull(key, "key").policy().concurrent()) {
        throw new IllegalArgumentException(
            key.policy() + " cannot be reset: its leases end when they are closed or not renewed");
      }
    }
    for (LimitKey key : keys) {
      tell(Act.RESET, 0, key);
    }
  }

  private void tell(Act act, long number, LimitKey key) {
    if (key.policy().limits().stream().anyMatch(limit -> limit.n() == 0)) {
      return;
    }
    long most = Math.min(number, Limit.MAX_UNITS);
    Request request = new Request(act, new LimitKey[] {key}, new long[] {most}, new long[1]);
    memory.forget(key);
    decider.tell(request);
    decider.tellLocal(request);
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
   * This limiter as a guard that asks for one unit under a key each time. Of a concurrency limit,
   * the end of the permit ends the lease.
   *
   * @param key the key
   * @return a guard that blocks up to the policy's deadline
   */
  public Guard asGuard(LimitKey key) {
    if (requireNonNull(key, "key").policy().concurrent()) {
      return () -> {
        Reservation reservation = reserve(key);
        return reservation.granted()
            ? new LeasePermit(reservation)
            : reservation.decision().refusal();
      };
    }
    return () -> {
      Decision decision = check(1, key);
      return decision.allowed() ? Permit.free() : decision.refusal();
    };
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

  long leases() {
    return leases == null ? 0 : leases.size();
  }

  long remembered() {
    return memory.size();
  }

  /**
   * Stops asking Redis or the store: from now on the failure policies decide. Leases that are held
   * are renewed no more; reservations may still be settled and closed. The link and the store stay
   * open.
   */
  @Override
  public void close() {
    decider.close();
    if (store != null) {
      store.close();
    }
    if (leases != null) {
      leases.close();
    }
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
    private @Nullable Supplier<? extends ProxyManager<String>> manager;
    private Ticker ticker = Ticker.system();
    private InstantSource clock = InstantSource.system();
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
     * Sets a store that Bucket4j speaks to, for services without Redis or with buckets to share.
     * Default: none.
     *
     * <p>It counts {@code tokenBucket} and {@code smooth} only, of at most one token a nanosecond;
     * every other policy is refused with {@link IllegalArgumentException} when it is first asked
     * for. Decisions have the source {@link Decision.Source#STORE}; deadlines, failure policies and
     * the memory of denials hold as with Redis, local shares are the whole limit. The buckets'
     * expiry is what the manager was built with: prefer {@link
     * #proxyManager(AbstractProxyManagerBuilder)}, or a key for each subject stays for ever.
     *
     * @param manager the manager; its keys are {@code <limiter>:r1:{<hash>}:<policy>}
     * @return this
     */
    public Builder proxyManager(ProxyManager<String> manager) {
      requireNonNull(manager, "manager");
      this.manager = () -> manager;
      return this;
    }

    /**
     * As {@link #proxyManager(ProxyManager)}, with a manager that {@link #build()} builds: where
     * the store offers expiry, a bucket leaves it a second after it is full again.
     *
     * @param builder the manager's builder, of which only the expiry is set
     * @return this
     */
    public Builder proxyManager(AbstractProxyManagerBuilder<String, ?, ?> builder) {
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
    public Builder ticker(Ticker ticker) {
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
    public Builder clock(InstantSource clock) {
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
}
