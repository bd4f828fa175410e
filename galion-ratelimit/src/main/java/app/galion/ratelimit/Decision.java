package app.galion.ratelimit;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to one request: admitted or not, by whom, and how its limits stand. Immutable. */
public final class Decision {

  /** Why a request was admitted or denied. */
  public enum Reason {
    /** Within every limit, or admitted uncounted ({@link Source#FAIL_OPEN}). */
    ADMITTED,
    /** A limit is used up; admitted again after {@link #retryAfter()}. */
    LIMIT,
    /** The cost is above a limit's capacity: it can never be admitted. */
    IMPOSSIBLE,
    /** Redis could not say and the policy fails closed. */
    UNAVAILABLE
  }

  /** Who decided; {@link Decision#bound()} says which bound holds therefore. */
  public enum Source {
    /** Redis: exact over the whole fleet. */
    REDIS,
    /**
     * An in-process limit. As a fallback each node admits at most its share, so the fleet admits at
     * most once the limit (plus one per node where the share is rounded up to 1) on top of what
     * Redis had admitted. Without Redis it is exact for this process.
     */
    LOCAL,
    /** A store behind Bucket4j's {@code ProxyManager}, on the clocks of the nodes. */
    STORE,
    /** A remembered denial of Redis or the store: never admits what they would deny. */
    DENY_MEMORY,
    /** The policy fails open: no bound holds. */
    FAIL_OPEN,
    /** The policy fails closed: nothing is admitted. */
    FAIL_CLOSED,
    /** Nobody had to: all keys are in shadow ({@link RatePolicy#shadow()}), no bound holds. */
    SHADOW
  }

  static final long NEVER = Long.MAX_VALUE;

  private final Reason reason;
  private final Source source;
  private final long retryAfterNanos;
  private final Standing standing;
  private final int nth;
  private final @Nullable Ticker ageing;
  private final long madeAt;
  private @Nullable Refusal refusal;

  Decision(Reason reason, Source source, long retryAfterNanos, Standing standing, int nth) {
    this(reason, source, retryAfterNanos, standing, nth, null, 0);
  }

  private Decision(
      Reason reason,
      Source source,
      long retryAfterNanos,
      Standing standing,
      int nth,
      @Nullable Ticker ageing,
      long madeAt) {
    this.reason = reason;
    this.source = source;
    this.retryAfterNanos = retryAfterNanos;
    this.standing = standing;
    this.nth = nth;
    this.ageing = ageing;
    this.madeAt = madeAt;
  }

  /** This denial as it is given again later: its waiting time shrinks with the ticker. */
  Decision remembered(LimitKey denier, Ticker ticker, long now) {
    return new Decision(
        reason, Source.DENY_MEMORY, retryAfterNanos, standing.ofDenier(denier), nth, ticker, now);
  }

  /** What remains of one of the limits. */
  long remaining(int limit, Limit of) {
    return standing.remaining(limit, of, nth);
  }

  Standing standing() {
    return standing;
  }

  /**
   * Returns whether the request may go on.
   *
   * @return true if all limits admitted it, or the policy fails open
   */
  public boolean allowed() {
    return reason == Reason.ADMITTED;
  }

  /**
   * Returns why.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Returns who decided.
   *
   * @return the source
   */
  public Source source() {
    return source;
  }

  /**
   * Returns what is certain of how much is admitted while decisions come from this source. Of a
   * request under several keys of which some fail open, it is the bound of the others.
   *
   * @return the bound
   */
  public Bound bound() {
    return switch (source) {
      case REDIS, DENY_MEMORY -> Bound.EXACT;
      case STORE -> Bound.NODE_CLOCKS;
      case LOCAL -> reason == Reason.IMPOSSIBLE ? Bound.NOTHING : Bound.NODE_SHARES;
      case FAIL_CLOSED -> Bound.NOTHING;
      case FAIL_OPEN, SHADOW -> Bound.NONE;
    };
  }

  /**
   * Returns when the same request would be admitted if nothing else were.
   *
   * @return zero when admitted, {@code Duration.ofNanos(Long.MAX_VALUE)} when waiting is useless
   *     ({@link Reason#IMPOSSIBLE}); of a remembered denial, what is left by now
   */
  public Duration retryAfter() {
    return Duration.ofNanos(retryAfterNanos());
  }

  long retryAfterNanos() {
    if (ageing == null || retryAfterNanos == NEVER) {
      return retryAfterNanos;
    }
    return Math.max(0, retryAfterNanos - (ageing.read() - madeAt));
  }

  /**
   * Returns the limit that matters most: the one to wait longest for when denied, else the one with
   * the smallest share left.
   *
   * @return one of {@link #limits()}
   */
  public LimitState binding() {
    return standing.binding(this, nth);
  }

  /**
   * Returns how the limits of the request stand after this decision, in the order of the keys and
   * of their policies' limits: of all its keys when admitted by Redis; of those that were looked at
   * when denied ({@link Source#DENY_MEMORY}: the key that denied) or decided without Redis.
   *
   * @return at least one state, immutable; nominal figures where nothing was counted ({@link
   *     Source#FAIL_OPEN}, {@link Source#SHADOW}: all remaining, {@link Source#FAIL_CLOSED}: none);
   *     never of keys in shadow where others decided
   */
  public List<LimitState> limits() {
    return standing.limits(nth);
  }

  Refusal refusal() {
    Refusal known = refusal;
    if (known == null) {
      known = new Refusal(this);
      refusal = known;
    }
    return known;
  }

  @Override
  public String toString() {
    LimitState binding = binding();
    String limit = "'" + binding.policy() + "' of " + binding.words();
    return switch (reason) {
      case ADMITTED -> "admitted by " + source + ": " + binding.remaining() + " left of " + limit;
      case LIMIT -> "denied by " + source + ": " + limit + " is used up; retry in " + retryAfter();
      case IMPOSSIBLE -> "denied: the cost is above the capacity of " + limit + "; never retry";
      case UNAVAILABLE -> "denied: Redis cannot say and " + limit + " fails closed";
    };
  }
}
