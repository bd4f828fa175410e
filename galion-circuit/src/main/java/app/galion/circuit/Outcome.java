package app.galion.circuit;

/** What a vendor call came to, in the words of the classifier. */
public enum Outcome {
  /** The vendor answered as asked. */
  OK(Effect.SUCCESS),
  /** Nothing came back: refused, reset, TLS, DNS, or a timeout while connecting. */
  TRANSPORT(Effect.FAILURE),
  /** The vendor failed: 408, 5xx. */
  SERVER(Effect.FAILURE),
  /** The vendor says that it is overloaded. */
  OVERLOAD(Effect.FAILURE),
  /** No first byte within its limit. */
  SLOW_START(Effect.FAILURE),
  /** A stream carried an error of the vendor's. */
  STREAM_ERROR(Effect.FAILURE),
  /** An answer began and stopped before its end, or was empty. */
  STREAM_BROKEN(Effect.FAILURE),
  /** The account's traffic grows faster than the vendor allows. */
  RAMP(Effect.NEUTRAL),
  /** A rate limit of the key is reached. */
  THROTTLE(Effect.NEUTRAL),
  /** Too many calls of the account run at once. */
  CONCURRENCY(Effect.NEUTRAL),
  /** The request is wrong; the same request fails again. */
  CALLER(Effect.NEUTRAL),
  /** The vendor's content policy refuses the request. */
  POLICY(Effect.NEUTRAL),
  /** The request conflicts with another one. */
  CONFLICT(Effect.NEUTRAL),
  /** The model does not exist, or not for this key. */
  MODEL_GONE(Effect.NEUTRAL),
  /** The caller's own deadline passed, or a stream's total limit, with the vendor still at it. */
  DEADLINE(Effect.NEUTRAL),
  /** This side ended the call or never sent it: cancelled, interrupted, its own error. */
  LOCAL(Effect.NEUTRAL),
  /** The account has no credit left. */
  QUOTA(Effect.LATCH),
  /** The key is not accepted. */
  AUTH(Effect.LATCH);

  /** What an outcome does to the circuit. */
  public enum Effect {
    /** Counts as a success. */
    SUCCESS,
    /** Counts against the vendor. */
    FAILURE,
    /** Counts neither way. */
    NEUTRAL,
    /** Counts neither way on the vendor, and latches the key. */
    LATCH
  }

  private final Effect effect;

  Outcome(Effect effect) {
    this.effect = effect;
  }

  /**
   * Returns what this outcome does to the circuit.
   *
   * @return the effect
   */
  public Effect effect() {
    return effect;
  }

  /**
   * Returns whether the fault lies in the request, so that no stale or degraded answer may hide it.
   *
   * @return true for {@link #CALLER}, {@link #POLICY}, {@link #CONFLICT} and {@link #MODEL_GONE}
   */
  public boolean callersFault() {
    return this == CALLER || this == POLICY || this == CONFLICT || this == MODEL_GONE;
  }
}
