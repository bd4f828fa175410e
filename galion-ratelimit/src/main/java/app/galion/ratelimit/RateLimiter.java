package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import app.galion.spi.ComponentId;
import app.galion.spi.Guard;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Permit;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
  private final Counters shadowCounters = new Counters(counters);
  private final Deciding deciding;
  private final Deciding shadow;
  private final Listeners listeners;
  private final Checking checking;
  private final Reserving reserving;
  private final Acquiring acquiring;
  private final @Nullable Leases leases;

  RateLimiter(RateLimiterBuilder builder) {
    id = builder.id;
    ProxyManager<String> manager = builder.manager == null ? null : builder.manager.get();
    deciding = Deciding.of(builder, manager, counters, false);
    shadow = Deciding.of(builder, manager, shadowCounters, true);
    listeners = new Listeners(id, counters);
    NearLimit near =
        builder.onNearLimit == null
            ? null
            : new NearLimit(
                builder.ticker,
                builder.nearLimit,
                deciding.remote(),
                listeners,
                builder.onNearLimit);
    Watching watching = new Watching(shadow, counters, listeners, near, builder.onShadowDenial);
    RedisLimits redis = deciding.redis();
    leases = redis == null ? null : new Leases(id, builder.ticker, redis);
    Decider decider = deciding.decider();
    checking = new Checking(decider, watching);
    reserving = new Reserving(decider, watching, leases);
    acquiring = new Acquiring(builder.ticker, decider, watching, counters);
  }

  /**
   * Starts building a limiter. Without {@link RateLimiterBuilder#redis} it decides in this process
   * alone.
   *
   * @param name its name, 1 to 100 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @return a builder
   * @throws IllegalArgumentException if the name is none
   */
  public static RateLimiterBuilder builder(String name) {
    return new RateLimiterBuilder(new ComponentId("limiter", name));
  }

  /**
   * Asks for one unit under one key.
   *
   * @param key the key
   * @return the decision
   */
  public Decision check(LimitKey key) {
    return checking.check(key.alone());
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
    return checking.check(Request.of(charges));
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
    return checking.check(Request.of(cost, key));
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
    return checking.check(Request.of(cost, keys));
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
    return checking.checkAsync(Request.of(charges));
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
    return checking.checkAsync(Request.of(cost, keys));
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
    Deciding of = of(key);
    of.memory().forget(key);
    of.decider().tell(request);
    of.decider().tellLocal(request);
  }

  private Deciding of(LimitKey key) {
    return key.policy().inShadow() ? shadow : deciding;
  }

  /**
   * Looks at a key without charging it: a check of cost 0, of a key in shadow too.
   *
   * @param key the key
   * @return its binding limit
   */
  public LimitState state(LimitKey key) {
    return of(key).decider().decide(Request.of(0, key)).binding();
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
    return deciding.fallback().health(remembered());
  }

  Counters counters() {
    return counters;
  }

  Counters shadowCounters() {
    return shadowCounters;
  }

  long leases() {
    return leases == null ? 0 : leases.size();
  }

  int lanes() {
    RedisLimits redis = deciding.redis();
    return redis == null ? 0 : redis.lanes();
  }

  long remembered() {
    return deciding.memory().size();
  }

  /**
   * Stops asking Redis or the store: from now on the failure policies decide. Leases that are held
   * are renewed no more; reservations may still be settled and closed, which reaches Redis or the
   * store. The link and the store stay open. Listeners are called no more.
   */
  @Override
  public void close() {
    deciding.close();
    shadow.close();
    listeners.close();
    if (leases != null) {
      leases.close();
    }
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
