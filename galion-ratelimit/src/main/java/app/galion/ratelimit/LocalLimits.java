package app.galion.ratelimit;

import app.galion.spi.Ticker;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The limits of this process: all of them without Redis, this node's share as a fallback. Several
 * are taken in order and given back when a later one refuses, so what runs at the same time may be
 * refused too early, never admitted too much.
 */
final class LocalLimits {

  private static final int MOST_KEYS = 100_000;

  private final Cache<LimitKey, Held> held =
      Caffeine.newBuilder().maximumSize(MOST_KEYS).executor(Runnable::run).build();
  private final IntSupplier nodes;
  private final TimeMeter time;

  LocalLimits(Ticker ticker, IntSupplier nodes) {
    this.nodes = nodes;
    this.time = new SinceStart(ticker);
  }

  Decision decide(LimitKey[] keys, long cost) {
    LocalLimit[] limits = keys.length == 1 ? of(keys[0]) : of(keys);
    long since = limits.length == 1 ? 0 : time.currentTimeNanos();
    ConsumptionProbe[] probes = new ConsumptionProbe[limits.length];
    for (int i = 0; i < limits.length; i++) {
      probes[i] = limits[i].take(cost);
      if (!probes[i].isConsumed()) {
        return denied(keys, cost, since, limits, probes, i);
      }
    }
    return new Decision(
        Decision.Reason.ADMITTED, Decision.Source.LOCAL, 0, new LocalStanding(keys, probes, -1), 0);
  }

  private static Decision denied(
      LimitKey[] keys,
      long cost,
      long since,
      LocalLimit[] limits,
      ConsumptionProbe[] probes,
      int denier) {
    for (int i = 0; i < denier; i++) {
      limits[i].giveBack(cost, since);
    }
    for (int i = 0; i < limits.length; i++) {
      if (i != denier) {
        probes[i] = limits[i].take(0);
      }
    }
    return new Decision(
        Decision.Reason.LIMIT,
        Decision.Source.LOCAL,
        probes[denier].getNanosToWaitForRefill(),
        new LocalStanding(keys, probes, denier),
        0);
  }

  /** Follows what Redis admitted. */
  void follow(LimitKey[] keys, long cost) {
    for (LimitKey key : keys) {
      if (key.policy().onFailure() == FailurePolicy.FAIL_LOCAL) {
        for (LocalLimit limit : of(key)) {
          limit.drain(cost);
        }
      }
    }
  }

  private LocalLimit[] of(LimitKey[] keys) {
    List<LocalLimit> limits = new ArrayList<>(keys.length);
    for (LimitKey key : keys) {
      Collections.addAll(limits, of(key));
    }
    return limits.toArray(new LocalLimit[0]);
  }

  private LocalLimit[] of(LimitKey key) {
    int share = nodes.getAsInt();
    Held found = held.getIfPresent(key);
    if (found == null || !found.isOf(key.policy())) {
      found = held.asMap().merge(key, new Held(key.policy(), share, time), LocalLimits::newer);
    }
    if (found.nodes != share) {
      found.share(share);
    }
    return found.limits;
  }

  /* What the old policy had used is in other units: the new one starts empty rather than full. */
  private static Held newer(Held old, Held made) {
    if (old.isOf(made.policy)) {
      return old;
    }
    for (int i = 0; i < made.limits.length; i++) {
      made.limits[i].drain(made.policy.limits().get(i).n());
    }
    return made;
  }

  private static final class Held {
    final RatePolicy policy;
    final LocalLimit[] limits;
    volatile int nodes;

    Held(RatePolicy policy, int nodes, TimeMeter time) {
      this.policy = policy;
      this.nodes = nodes;
      this.limits =
          policy.limits().stream()
              .map(limit -> local(limit, nodes, time))
              .toArray(LocalLimit[]::new);
    }

    boolean isOf(RatePolicy other) {
      return policy.sameLimits(other);
    }

    private static LocalLimit local(Limit limit, int nodes, TimeMeter time) {
      return limit.kind() == Limit.Kind.TOKEN_BUCKET
          ? new LocalBucket(limit, nodes, time)
          : new LocalLog(limit, nodes, time);
    }

    synchronized void share(int share) {
      if (nodes != share) {
        for (LocalLimit limit : limits) {
          limit.share(share);
        }
        nodes = share;
      }
    }
  }

  private static final class LocalStanding extends Standing {
    private final ConsumptionProbe[] probes;
    private final int denier;

    LocalStanding(LimitKey[] keys, ConsumptionProbe[] probes, int denier) {
      super(keys);
      this.probes = probes;
      this.denier = denier;
    }

    @Override
    long remaining(int limit, Limit of, int nth) {
      return probes[limit].getRemainingTokens();
    }

    @Override
    long resetNanos(int limit, Limit of, int nth) {
      return probes[limit].getNanosToWaitForReset();
    }

    @Override
    int denier() {
      return denier;
    }
  }

  private static final class SinceStart implements TimeMeter {
    private final Ticker ticker;
    private final long start;

    SinceStart(Ticker ticker) {
      this.ticker = ticker;
      this.start = ticker.read();
    }

    @Override
    public long currentTimeNanos() {
      return ticker.read() - start;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
