package app.galion.ratelimit;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What was charged for a piece of work whose real cost is known only at its end: a call of a model
 * by requests, tokens and calls in flight, as one object. Made by {@link RateLimiter#reserve}.
 *
 * <pre>{@code
 * try (Reservation reservation = limiter.reserve(requests, tokens.costing(estimate), inFlight)) {
 *   if (reservation.granted()) {
 *     Answer answer = call();
 *     reservation.settle(tokens.costing(answer.usage()));
 *   }
 * }
 * }</pre>
 *
 * <p>{@link #settle} or {@link #cancel()} settles the charges, {@link #close()} ends the leases of
 * concurrency limits, each once: later calls do nothing. No method blocks or throws for trouble
 * with Redis; what cannot be given back stays charged. Of a process that dies, charges stay and
 * leases end after their duration. A reservation that is neither closed nor cancelled holds its
 * leases in Redis until it is garbage, those that this process granted alone for ever. Thread-safe.
 */
public final class Reservation implements AutoCloseable {

  private final Reserving reserving;
  private final Request request;
  private final ShadowCharges shadows;
  private final Decision decision;
  private final long localAt;
  private final AtomicBoolean settled = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();

  Reservation(
      Reserving reserving,
      Request request,
      ShadowCharges shadows,
      Decision decision,
      long localAt) {
    this.reserving = reserving;
    this.request = request;
    this.shadows = shadows;
    this.decision = decision;
    this.localAt = localAt;
  }

  /**
   * Returns what was decided.
   *
   * @return the decision
   */
  public Decision decision() {
    return decision;
  }

  /**
   * Returns whether the work may start.
   *
   * @return {@link Decision#allowed()}
   */
  public boolean granted() {
    return decision.allowed();
  }

  /**
   * Says what the work did cost. What was charged above that is given back, of a token bucket less
   * what it has refilled since the charge: a bucket that would have been full could not have kept
   * that, and whether it would is not known. So the longer the work took, the less an estimate may
   * exceed its cost. What it cost above the charge is charged as well, into debt, so that the next
   * callers wait. A sliding log has no debt beyond its number. The first call of this or of {@link
   * #cancel()} counts; each is done within the policies' deadlines, in the background.
   *
   * @param actual keys of this reservation with what they did cost; a {@link LimitKey} alone did
   *     cost 1; a key that is not named keeps its charge
   * @throws IllegalArgumentException if a key is not of this reservation or is a concurrency
   *     limit's
   */
  public void settle(LimitCharge... actual) {
    long[] more = new long[request.keys.length];
    for (LimitCharge charge : actual) {
      if (charge.key().policy().inShadow() && (!granted() || shadows.has(charge.key()))) {
        continue;
      }
      int i = request.indexOf(charge.key());
      if (request.keys[i].policy().concurrent()) {
        throw new IllegalArgumentException(
            charge.key() + " counts what is in flight; close() ends it, nothing is settled");
      }
      more[i] = charge.cost() - request.costs[i];
    }
    if (granted() && settled.compareAndSet(false, true)) {
      reserving.adjust(request, request.indices(false), i -> more[i], decision, localAt);
      for (LimitCharge charge : actual) {
        shadows.settle(charge);
      }
    }
  }

  /**
   * Takes all back: the work was not done. Gives back every charge, as {@link #settle} does, and
   * ends the leases.
   */
  public void cancel() {
    if (granted() && settled.compareAndSet(false, true)) {
      reserving.adjust(request, request.indices(false), i -> -request.costs[i], decision, localAt);
      shadows.cancel();
    }
    close();
  }

  /** Ends the leases and keeps the charges. */
  @Override
  public void close() {
    if (granted() && released.compareAndSet(false, true)) {
      int[] which = request.indices(true);
      if (which.length > 0) {
        reserving.release(request, which, decision);
      }
    }
  }

  /** The reservation's decision. */
  @Override
  public String toString() {
    return decision.toString();
  }
}
