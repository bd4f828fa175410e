package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

/**
 * What one request costs under one key. A {@link LimitKey} alone costs 1; {@link
 * LimitKey#costing(long)} makes any other cost, so one decision may be about one request and 900
 * tokens. Immutable and thread-safe.
 */
public sealed interface LimitCharge permits LimitKey, LimitCharge.Costing {

  /**
   * Returns whose counters are charged.
   *
   * @return the key
   */
  LimitKey key();

  /**
   * Returns how much is charged.
   *
   * @return at least 0; 0 looks and changes nothing
   */
  long cost();

  /**
   * A key and its cost, made by {@link LimitKey#costing(long)}.
   *
   * @param key whose counters are charged
   * @param cost how much, at least 0
   */
  record Costing(LimitKey key, long cost) implements LimitCharge {

    /**
     * Creates a charge.
     *
     * @param key the key
     * @param cost the cost
     * @throws IllegalArgumentException if the cost is negative
     */
    public Costing {
      requireNonNull(key, "key");
      Request.requireCost(cost);
    }

    /** Names the cost and the key, never the subject. */
    @Override
    public String toString() {
      return cost + " of " + key;
    }
  }
}
