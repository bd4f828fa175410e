package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What is asked of the counters of some keys: an act, a cost for each key, and for the acts that
 * need it one number more for each key (the script says which). The arrays are never changed.
 */
final class Request {

  static final int MOST_KEYS = 16;

  private static final long[] NOTHING_MORE = {};
  private static final long[] ONE = {1};

  final Act act;
  final LimitKey[] keys;
  final long[] costs;
  final long[] extra;

  /** Whether some of the keys are in shadow. */
  final boolean inShadow;

  Request(Act act, LimitKey[] keys, long[] costs, long[] extra) {
    this.act = act;
    this.keys = keys;
    this.costs = costs;
    this.extra = extra;
    this.inShadow = anyInShadow(keys);
  }

  private static boolean anyInShadow(LimitKey[] keys) {
    for (LimitKey key : keys) {
      if (key.policy().inShadow()) {
        return true;
      }
    }
    return false;
  }

  static Request ask(LimitKey[] keys, long[] costs) {
    return new Request(Act.ASK, keys, costs, NOTHING_MORE);
  }

  /** One unit of one key. */
  static Request of(LimitKey key) {
    return ask(new LimitKey[] {key}, ONE);
  }

  /** The same cost of each key. */
  static Request of(long cost, LimitKey... keys) {
    requireCost(cost);
    if (keys.length == 1) {
      LimitKey key = requireNonNull(keys[0], "key");
      return cost == 1 ? key.alone() : ask(key.alone().keys, new long[] {cost});
    }
    LimitCharge[] charges = new LimitCharge[keys.length];
    for (int i = 0; i < keys.length; i++) {
      charges[i] = cost == 1 ? keys[i] : requireNonNull(keys[i], "key").costing(cost);
    }
    return of(charges);
  }

  /** A cost for each key; a key given twice with one cost counts once. */
  static Request of(LimitCharge... charges) {
    if (charges.length == 0 || charges.length > MOST_KEYS) {
      throw new IllegalArgumentException(
          "a decision is about 1 to " + MOST_KEYS + " keys, not " + charges.length);
    }
    List<LimitCharge> distinct = new ArrayList<>(charges.length);
    for (LimitCharge charge : charges) {
      if (!repeats(distinct, requireNonNull(charge, "charge"))) {
        distinct.add(charge);
      }
    }
    LimitKey[] keys = new LimitKey[distinct.size()];
    long[] costs = new long[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = distinct.get(i).key();
      costs[i] = distinct.get(i).cost();
    }
    return ask(keys, costs);
  }

  private static boolean repeats(List<LimitCharge> before, LimitCharge charge) {
    for (LimitCharge each : before) {
      if (each.key().equals(charge.key())) {
        requireNoConflict(each, charge);
        return true;
      }
    }
    return false;
  }

  private static void requireNoConflict(LimitCharge one, LimitCharge other) {
    RatePolicy policy = other.key().policy();
    if (!one.key().policy().sameLimits(policy)) {
      throw new IllegalArgumentException(
          "one decision cannot ask "
              + one.key().policy()
              + " and "
              + policy
              + " about one subject: they share their counters; give one another name");
    }
    if (one.cost() != other.cost()) {
      throw new IllegalArgumentException(
          "one decision cannot charge " + one + " and " + other + ": add the costs up");
    }
  }

  static void requireCost(long cost) {
    if (cost < 0) {
      throw new IllegalArgumentException("cost " + cost + " must be >= 0");
    }
  }

  /** The same with another act and a number more for each key. */
  Request as(Act act, long[] extra) {
    return new Request(act, keys, costs, extra);
  }

  /** What gives this back after it was admitted. */
  Request givenBack(Standing charged) {
    long[] back = new long[costs.length];
    long[] chargedAt = new long[costs.length];
    for (int i = 0; i < costs.length; i++) {
      back[i] = -costs[i];
      boolean lease = act == Act.LEASE && keys[i].policy().concurrent();
      chargedAt[i] = lease ? extra[i] : charged.chargedAt(i);
    }
    return new Request(Act.ADJUST, keys, back, chargedAt);
  }

  /** Cut down to some of the keys; itself if those are all. */
  Request where(Predicate<LimitKey> some) {
    int[] kept = new int[keys.length];
    int k = 0;
    for (int i = 0; i < keys.length; i++) {
      if (some.test(keys[i])) {
        kept[k++] = i;
      }
    }
    if (k == keys.length) {
      return this;
    }
    LimitKey[] keptKeys = new LimitKey[k];
    long[] keptCosts = new long[k];
    long[] keptExtra = new long[extra.length == 0 ? 0 : k];
    for (int i = 0; i < k; i++) {
      keptKeys[i] = keys[kept[i]];
      keptCosts[i] = costs[kept[i]];
      if (extra.length > 0) {
        keptExtra[i] = extra[kept[i]];
      }
    }
    return new Request(act, keptKeys, keptCosts, keptExtra);
  }

  /** The cost of one of the keys. */
  long costOf(LimitKey key) {
    return costs[indexOf(key)];
  }

  int indexOf(LimitKey key) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].equals(key)) {
        return i;
      }
    }
    throw new IllegalArgumentException(key + " is not among " + Arrays.toString(keys));
  }

  /** Which keys are of concurrency limits, or which are not. */
  int[] indices(boolean concurrent) {
    return IntStream.range(0, keys.length)
        .filter(i -> keys[i].policy().concurrent() == concurrent)
        .toArray();
  }

  /** Some of the keys with other costs and numbers. */
  Request some(Act act, int[] which, IntToLongFunction cost, IntToLongFunction more) {
    LimitKey[] someKeys = new LimitKey[which.length];
    long[] someCosts = new long[which.length];
    long[] someMore = new long[which.length];
    for (int i = 0; i < which.length; i++) {
      someKeys[i] = keys[which[i]];
      someCosts[i] = cost.applyAsLong(which[i]);
      someMore[i] = more.applyAsLong(which[i]);
    }
    return new Request(act, someKeys, someCosts, someMore);
  }

  /** How many numbers more a key has. */
  int more(int key) {
    return switch (act) {
      case ASK -> 0;
      case LEAVE -> 1 + 2 * keys[key].policy().limits().size();
      default -> 1;
    };
  }

  boolean looks() {
    for (long cost : costs) {
      if (cost != 0) {
        return false;
      }
    }
    return true;
  }

  int limits() {
    int limits = 0;
    for (LimitKey key : keys) {
      limits += key.policy().limits().size();
    }
    return limits;
  }

  /** The smallest deadline of the policies. */
  long deadlineNanos() {
    long least = Long.MAX_VALUE;
    for (LimitKey key : keys) {
      least = Math.min(least, key.policy().deadlineNanos());
    }
    return least;
  }

  /** Whether a plain question about the same keys and costs, which then are decided together. */
  boolean sameQuestion(Request other) {
    return act == Act.ASK
        && other.act == Act.ASK
        && Arrays.equals(costs, other.costs)
        && Arrays.equals(keys, other.keys);
  }

  @Override
  public String toString() {
    return act + " " + Arrays.toString(costs) + " of " + Arrays.toString(keys);
  }
}
