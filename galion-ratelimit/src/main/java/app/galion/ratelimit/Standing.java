package app.galion.ratelimit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the limits of some keys stand, shared by the decisions that one answer of Redis gave: turned
 * into {@link LimitState}s only when somebody reads them.
 */
abstract class Standing {

  private final LimitKey[] keys;

  Standing(LimitKey[] keys) {
    this.keys = keys;
  }

  /** What remains of a limit after the nth request of a batch, and when it is all free again. */
  abstract long remaining(int limit, Limit of, int nth);

  abstract long resetNanos(int limit, Limit of, int nth);

  /** When a key was charged, on the clock of who decided; 0 where nothing was. */
  long chargedAt(int key) {
    return 0;
  }

  /** Index of the limit that denied, or -1. */
  abstract int denier();

  /** The key whose limit denied, or null. */
  final @Nullable LimitKey denierKey() {
    int left = denier();
    if (left >= 0) {
      for (LimitKey key : keys) {
        left -= key.policy().limits().size();
        if (left < 0) {
          return key;
        }
      }
    }
    return null;
  }

  /** This standing cut down to the key that denied, which must be one. */
  final Standing ofDenier(LimitKey key) {
    int before = 0;
    for (LimitKey each : keys) {
      if (each.equals(key)) {
        break;
      }
      before += each.policy().limits().size();
    }
    Standing all = this;
    int offset = before;
    int denier = denier() - offset;
    return new Standing(new LimitKey[] {key}) {
      @Override
      long remaining(int limit, Limit of, int nth) {
        return all.remaining(offset + limit, of, nth);
      }

      @Override
      long resetNanos(int limit, Limit of, int nth) {
        return all.resetNanos(offset + limit, of, nth);
      }

      @Override
      int denier() {
        return denier;
      }
    };
  }

  List<LimitState> limits(int nth) {
    List<LimitState> states = new ArrayList<>(keys.length);
    int i = 0;
    for (LimitKey key : keys) {
      for (Limit limit : key.policy().limits()) {
        states.add(
            new LimitState(
                key.policy().name(),
                limit.n(),
                limit.shownPeriod(),
                remaining(i, limit, nth),
                Duration.ofNanos(resetNanos(i, limit, nth))));
        i++;
      }
    }
    return List.copyOf(states);
  }

  LimitState binding(Decision decision, int nth) {
    List<LimitState> states = limits(nth);
    if (!decision.allowed() && denier() >= 0) {
      return states.get(denier());
    }
    int least = 0;
    double leastShare = Double.MAX_VALUE;
    int i = 0;
    for (LimitKey key : keys) {
      for (Limit limit : key.policy().limits()) {
        LimitState state = states.get(i);
        double share = limit.capacity() == 0 ? 0 : (double) state.remaining() / limit.capacity();
        int order = Double.compare(share, leastShare);
        if (order < 0
            || (order == 0 && state.resetAfter().compareTo(states.get(least).resetAfter()) > 0)) {
          least = i;
          leastShare = share;
        }
        i++;
      }
    }
    return states.get(least);
  }

  /** A standing that is known already. */
  static Standing of(LimitKey[] keys, List<LimitState> states, long[] chargedAt) {
    List<LimitState> known = List.copyOf(states);
    return new Standing(keys) {
      @Override
      long remaining(int limit, Limit of, int nth) {
        return known.get(limit).remaining();
      }

      @Override
      long resetNanos(int limit, Limit of, int nth) {
        return known.get(limit).resetAfter().toNanos();
      }

      @Override
      long chargedAt(int key) {
        return chargedAt[key];
      }

      @Override
      int denier() {
        return -1;
      }
    };
  }

  /** A standing of nominal figures, for decisions that counted nothing. */
  static Standing nominal(LimitKey[] keys, boolean full, int denier) {
    return new Standing(keys) {
      @Override
      long remaining(int limit, Limit of, int nth) {
        return full ? of.capacity() : 0;
      }

      @Override
      long resetNanos(int limit, Limit of, int nth) {
        return 0;
      }

      @Override
      int denier() {
        return denier;
      }
    };
  }
}
