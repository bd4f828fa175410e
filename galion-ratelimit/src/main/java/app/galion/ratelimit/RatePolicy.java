package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much is allowed, and what happens when Redis cannot say. Immutable; build it once and keep
 * it. The name is part of the key in Redis, so two policies of one {@code app} that share a name
 * share their counters.
 *
 * <p>A policy that cannot be decided in exact integer arithmetic is refused when it is built.
 */
public final class RatePolicy {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Duration BUCKET_DEADLINE = Duration.ofMillis(50);
  private static final Duration EXACT_DEADLINE = Duration.ofMillis(500);
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration MAX_DEADLINE = Duration.ofSeconds(60);
  static final int MAX_LIMITS = 4;

  /** What no name ends with. */
  private static final String IN_SHADOW = "~shadow";

  private final String name;
  private final List<Limit> limits;
  private final Duration deadline;
  private final FailurePolicy onFailure;
  private final boolean inShadow;
  private final String counter;
  private final boolean concurrent;
  private final byte[] spec;
  private final long most;
  private final long deadlineNanos;

  private RatePolicy(
      String name,
      List<Limit> limits,
      Duration deadline,
      FailurePolicy onFailure,
      boolean inShadow) {
    this.name = name;
    this.limits = List.copyOf(limits);
    this.deadline = deadline;
    this.onFailure = onFailure;
    this.inShadow = inShadow;
    this.counter = inShadow ? name + IN_SHADOW : name;
    this.concurrent = kind() == Limit.Kind.CONCURRENCY;
    this.spec = encode(this.limits);
    this.most = most(this.limits);
    this.deadlineNanos = deadline.toNanos();
  }

  /**
   * A token bucket that holds {@code n} tokens, starts full and refills at {@code n} per {@code
   * period}, continuously. Over any time t the fleet admits at most {@code n + n·t/period}.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @param n tokens, at least 0; 0 denies always
   * @param period 1 microsecond to 10 years, whole microseconds
   * @return the policy, with a deadline of 50 ms and {@link FailurePolicy#FAIL_LOCAL}
   * @throws IllegalArgumentException if an argument is out of range, or the least common multiple
   *     of {@code n} and the period in microseconds is above 2^52
   */
  public static RatePolicy tokenBucket(String name, long n, Duration period) {
    return first(Limit.Kind.TOKEN_BUCKET, name, n, period, BUCKET_DEADLINE);
  }

  /**
   * A sliding log: at most {@code n} in any window of length {@code period} (start included, end
   * not). For logins, password resets and the like, where a bucket's refill on top of its burst is
   * too much.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @param n 0 to 64; 0 denies always
   * @param period 1 microsecond to 10 years, whole microseconds
   * @return the policy, with a deadline of 500 ms and {@link FailurePolicy#FAIL_LOCAL}
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RatePolicy slidingExact(String name, long n, Duration period) {
    return first(Limit.Kind.SLIDING_LOG, name, n, period, EXACT_DEADLINE);
  }

  /**
   * Evenly spaced: one at a time, each a {@code period / n} after the last (the generic cell rate
   * algorithm, GCRA), unless {@link #burst} allows more at once. It is a token bucket of capacity
   * 1.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @param n how many in a period, at least 0; 0 denies always
   * @param period 1 microsecond to 10 years, whole microseconds
   * @return the policy, with a deadline of 50 ms and {@link FailurePolicy#FAIL_LOCAL}
   * @throws IllegalArgumentException as for {@link #tokenBucket}
   */
  public static RatePolicy smooth(String name, long n, Duration period) {
    requireNonNull(period, "period");
    return first(
        requireName(name),
        Limit.of(Limit.Kind.TOKEN_BUCKET, name, n, period, Math.min(n, 1)),
        BUCKET_DEADLINE);
  }

  /**
   * A concurrency limit: at most {@code n} in flight, each with a lease that its node renews and
   * that ends when the node dies. For {@link RateLimiter#reserve} only. An answer of Redis takes
   * longer the more leases are held, 1000 take about 1 ms of the server.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @param n 0 to 1000; 0 denies always
   * @return the policy, with leases of 15 s, a deadline of 50 ms and {@link
   *     FailurePolicy#FAIL_LOCAL}
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RatePolicy concurrency(String name, int n) {
    return first(requireName(name), Limit.concurrency(name, n, LEASE), BUCKET_DEADLINE);
  }

  /**
   * The same policy with another lease: how long what is in flight counts after its node died.
   * Living nodes renew at a third of it, in one call for all their leases.
   *
   * @param lease 1 s to 1 h, whole microseconds; default 15 s
   * @return a new policy
   * @throws IllegalArgumentException if it is out of range or this is no concurrency limit
   */
  public RatePolicy leaseFor(Duration lease) {
    requireNonNull(lease, "lease");
    if (!concurrent) {
      throw new IllegalArgumentException(this + " has no leases: only concurrency has");
    }
    if (lease.compareTo(Duration.ofSeconds(1)) < 0
        || lease.compareTo(Duration.ofHours(1)) > 0
        || lease.toNanos() % 1_000 != 0) {
      throw new IllegalArgumentException(
          "leaseFor " + lease + " must be 1 s to 1 h in whole microseconds");
    }
    Limit limit = Limit.concurrency(name, (int) limits.get(0).n(), lease);
    return new RatePolicy(name, List.of(limit), deadline, onFailure, inShadow);
  }

  /**
   * A quota that starts anew at local midnight, on Mondays or on the first of a month. The server's
   * clock decides when that is; where clocks change a day has 23 or 25 hours.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} or {@code -}
   * @param n how many in each period, 0 to 2^52; 0 denies always
   * @param period what it counts by
   * @param zone where it is midnight
   * @return the policy, with a deadline of 50 ms and {@link FailurePolicy#FAIL_LOCAL}
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RatePolicy calendar(String name, long n, CalendarPeriod period, ZoneId zone) {
    Calendar calendar =
        new Calendar(requireNonNull(period, "period"), requireNonNull(zone, "zone"));
    return first(requireName(name), Limit.calendar(name, n, calendar), BUCKET_DEADLINE);
  }

  private static RatePolicy first(
      Limit.Kind kind, String name, long n, Duration period, Duration deadline) {
    requireNonNull(period, "period");
    return first(requireName(name), Limit.of(kind, name, n, period), deadline);
  }

  private static RatePolicy first(String name, Limit limit, Duration deadline) {
    return new RatePolicy(name, List.of(limit), deadline, FailurePolicy.FAIL_LOCAL, false);
  }

  private static String requireName(String name) {
    requireNonNull(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "policy name '"
              + (name.length() <= 64 ? name : name.substring(0, 64) + "…")
              + "' must be 1 to 64 ASCII letters, digits, '.', '_' or '-'");
    }
    return name;
  }

  /**
   * The same policy with one more limit of the same kind, for example 200 a minute and 1000 an
   * hour. A request passes all of them or none.
   *
   * @param n as in the first limit
   * @param period as in the first limit
   * @return a new policy
   * @throws IllegalArgumentException if an argument is out of range or the policy has four limits
   */
  public RatePolicy and(long n, Duration period) {
    requireNonNull(period, "period");
    if (limits.size() == MAX_LIMITS) {
      throw new IllegalArgumentException(
          "policy '" + name + "' has " + MAX_LIMITS + " limits, the most that one policy may have");
    }
    if (kind() != Limit.Kind.TOKEN_BUCKET && kind() != Limit.Kind.SLIDING_LOG) {
      throw new IllegalArgumentException(
          this + " has one limit: give the other a policy of its own, in the same decision");
    }
    List<Limit> more = new ArrayList<>(limits);
    more.add(Limit.of(limits.get(0).kind(), name, n, period));
    return new RatePolicy(name, more, deadline, onFailure, inShadow);
  }

  /**
   * The same policy with another capacity of the limit given last: how much it admits at once after
   * a pause. Over any time t the fleet admits at most {@code burst + n·t/period}.
   *
   * @param burst at least 1; default {@code n}, of {@link #smooth} 1
   * @return a new policy
   * @throws IllegalArgumentException if it is out of range, cannot be exact, or the limit is not a
   *     token bucket
   */
  public RatePolicy burst(long burst) {
    Limit last = limits.get(limits.size() - 1);
    if (last.kind() != Limit.Kind.TOKEN_BUCKET) {
      throw new IllegalArgumentException(
          "policy '" + name + "' of " + last + " has no burst: only tokenBucket and smooth have");
    }
    List<Limit> other = new ArrayList<>(limits);
    other.set(limits.size() - 1, Limit.of(last.kind(), name, last.n(), last.period(), burst));
    return new RatePolicy(name, other, deadline, onFailure, inShadow);
  }

  /**
   * The same policy with another deadline.
   *
   * @param deadline how long a decision may take before {@link #onFailure()} decides, 1 ms to 60 s
   * @return a new policy
   * @throws IllegalArgumentException if it is out of range
   */
  public RatePolicy deadline(Duration deadline) {
    requireNonNull(deadline, "deadline");
    if (deadline.compareTo(Duration.ofMillis(1)) < 0 || deadline.compareTo(MAX_DEADLINE) > 0) {
      throw new IllegalArgumentException("deadline " + deadline + " must be 1 ms to 60 s");
    }
    return new RatePolicy(name, limits, deadline, onFailure, inShadow);
  }

  /**
   * The same policy with another answer for when Redis cannot say.
   *
   * @param onFailure what decides then
   * @return a new policy
   */
  public RatePolicy onFailure(FailurePolicy onFailure) {
    return new RatePolicy(name, limits, deadline, requireNonNull(onFailure, "onFailure"), inShadow);
  }

  /**
   * The same policy in shadow: judged and counted over the fleet, yet it denies nothing. To try a
   * limit on real traffic before it is enforced.
   *
   * <p>A key in shadow is asked once the enforcing keys of the request have admitted, in the
   * background and apart from them: it never changes the decision, its states, headers or waiting
   * time. A request of such keys alone is admitted at once ({@link Decision.Source#SHADOW}). Each
   * is judged by itself as if it enforced, its failure policy included, and charged nothing when it
   * would have denied. Denials are counted ({@code galion.ratelimit.shadow.denials}) and told to
   * {@link RateLimiterBuilder#onShadowDenial}; {@link RateLimiter#state} shows how it stands.
   *
   * <p>Its counters are kept apart from those of an enforcing policy of the same name, under {@code
   * <policy>~shadow}: when it is promoted it starts full. Of {@link RateLimiter#acquire} it is
   * judged when the wait is over, without a line of its own; {@link Reservation#settle} corrects
   * its charge too.
   *
   * @return a new policy
   * @throws IllegalArgumentException if this is a concurrency limit: a lease that is not enforced
   *     would have to be held and renewed all the same
   */
  public RatePolicy shadow() {
    if (concurrent) {
      throw new IllegalArgumentException(
          this + " has no shadow: only what is charged can be judged apart, not what is held");
    }
    return new RatePolicy(name, limits, deadline, onFailure, true);
  }

  /**
   * The key of one subject under this policy.
   *
   * @param subject who or what is limited: a user, an address, a vendor account; any text, of which
   *     only a hash reaches Redis
   * @return the key, which may be kept and shared
   */
  public LimitKey by(String subject) {
    return new LimitKey(this, subject);
  }

  /**
   * Returns the name.
   *
   * @return as given
   */
  public String name() {
    return name;
  }

  /**
   * Returns the deadline.
   *
   * @return how long a decision may take before {@link #onFailure()} decides
   */
  public Duration deadline() {
    return deadline;
  }

  /**
   * Returns what decides when Redis cannot say.
   *
   * @return the choice
   */
  public FailurePolicy onFailure() {
    return onFailure;
  }

  boolean inShadow() {
    return inShadow;
  }

  /** The name of its counters: its own, or that of its shadow. */
  String counter() {
    return counter;
  }

  List<Limit> limits() {
    return limits;
  }

  Limit.Kind kind() {
    return limits.get(0).kind();
  }

  /** What the script needs to know of the policy when its clock may say that. */
  byte[] spec(LongSupplier serverMicros) {
    Calendar calendar = limits.get(0).calendar();
    return calendar == null ? spec : calendar.spec(limits.get(0).n(), serverMicros.getAsLong());
  }

  boolean concurrent() {
    return concurrent;
  }

  boolean sameLimits(RatePolicy other) {
    return Arrays.equals(spec, other.spec);
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /** The first limit that can never admit the cost, or -1. */
  int impossible(long cost) {
    if (cost <= most) {
      return -1;
    }
    int limit = 0;
    while (limits.get(limit).n() > 0 && cost <= limits.get(limit).capacity()) {
      limit++;
    }
    return limit;
  }

  /** The most that a request may cost, -1 if a limit denies always. */
  private static long most(List<Limit> limits) {
    long most = Long.MAX_VALUE;
    for (Limit each : limits) {
      most = Math.min(most, each.n() == 0 ? -1 : each.capacity());
    }
    return most;
  }

  /** The same bytes for the same limits. */
  private static byte[] encode(List<Limit> limits) {
    Limit.Kind kind = limits.get(0).kind();
    Calendar calendar = limits.get(0).calendar();
    if (calendar != null) {
      return calendar.identity(limits.get(0).n());
    }
    ByteBuffer spec =
        ByteBuffer.allocate(1 + limits.size() * 3 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    spec.put(kind.mark);
    for (Limit limit : limits) {
      if (kind == Limit.Kind.TOKEN_BUCKET) {
        spec.putDouble((double) limit.units())
            .putDouble((double) limit.refill())
            .putDouble((double) limit.unit());
      } else {
        spec.putDouble((double) limit.n()).putDouble((double) limit.periodMicros()).putDouble(1);
      }
    }
    return spec.array();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof RatePolicy that
            && counter.equals(that.counter)
            && limits.equals(that.limits)
            && deadline.equals(that.deadline)
            && onFailure == that.onFailure);
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + limits.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("policy '").append(counter).append("' of ");
    String separator = "";
    for (Limit limit : limits) {
      text.append(separator).append(limit);
      separator = " and ";
    }
    return text.toString();
  }
}
