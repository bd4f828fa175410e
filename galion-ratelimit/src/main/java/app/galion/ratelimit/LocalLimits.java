package app.galion.ratelimit;

import app.galion.spi.Ticker;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The limits of this process: all of them without Redis, this node's share as a fallback. Decided
 * as the script decides: all keys of a request are locked, all limits looked at, and all or none
 * charged.
 */
final class LocalLimits {

  private static final int MOST_KEYS = 100_000;
  private static final long MICRO = 1_000;

  private final Cache<LimitKey, LocalKey> held =
      Caffeine.newBuilder().maximumSize(MOST_KEYS).executor(Runnable::run).build();
  private final Policy<LimitKey, LocalKey> looked = held.policy();
  private final IntSupplier nodes;
  private final Ticker ticker;
  private final InstantSource clock;
  private final long start;

  LocalLimits(Ticker ticker, InstantSource clock, IntSupplier nodes) {
    this.clock = clock;
    this.nodes = nodes;
    this.ticker = ticker;
    this.start = ticker.read();
  }

  Decision decide(Request request) {
    if (request.keys.length == 1) {
      return decideOne(request);
    }
    LocalKey[] locals = lock(request);
    try {
      return decide(request, locals, now());
    } finally {
      unlock(locals);
    }
  }

  private Decision decideOne(Request request) {
    int share = nodes.getAsInt();
    LocalKey local = of(request.keys[0], share);
    local.lock();
    try {
      long now = now();
      local.share(share, now);
      long cost = request.costs[0];
      int denier = local.denier(cost, now);
      long wait = denier < 0 ? 0 : local.limits[denier].waitFor(cost, now);
      long[] figures = new long[2 * local.limits.length];
      local.charge(denier < 0 ? cost : 0, now, figures, 0);
      return decision(request, figures, denier, wait, now);
    } finally {
      local.unlock();
    }
  }

  private static Decision decide(Request request, LocalKey[] locals, long now) {
    long wait = 0;
    int denier = -1;
    int limit = 0;
    for (int k = 0; k < locals.length; k++) {
      int longest = locals[k].denier(request.costs[k], now);
      long until = longest < 0 ? 0 : locals[k].limits[longest].waitFor(request.costs[k], now);
      if (until > wait) {
        wait = until;
        denier = limit + longest;
      }
      limit += locals[k].limits.length;
    }
    long[] figures = new long[2 * limit];
    int figure = 0;
    for (int k = 0; k < locals.length; k++) {
      figure = locals[k].charge(denier < 0 ? request.costs[k] : 0, now, figures, figure);
    }
    return decision(request, figures, denier, wait, now);
  }

  private static Decision decision(
      Request request, long[] figures, int denier, long wait, long now) {
    return new Decision(
        denier < 0 ? Decision.Reason.ADMITTED : Decision.Reason.LIMIT,
        Decision.Source.LOCAL,
        wait,
        new LocalStanding(request.keys, figures, denier, now),
        0);
  }

  /** Nanoseconds since the start, which is the clock of what was charged here. */
  long now() {
    return ticker.read() - start;
  }

  /** Charges for the moment at which all limits, which are buckets, have room. */
  Turn queue(Request request, long maxNanos) {
    LocalKey[] locals = lock(request);
    try {
      long now = now();
      long wait = 0;
      for (int k = 0; k < locals.length; k++) {
        for (LocalLimit each : locals[k].limits) {
          wait = Math.max(wait, each.waitFor(request.costs[k], now));
        }
      }
      // a start is a whole microsecond, as in Redis
      wait = wait > Long.MAX_VALUE - MICRO ? wait : (wait + MICRO - 1) / MICRO * MICRO;
      boolean queues = wait > 0 && wait <= maxNanos;
      for (int k = 0; k < locals.length; k++) {
        for (LocalLimit each : locals[k].limits) {
          queues &= each instanceof LocalBucket bucket && bucket.queues(request.costs[k], wait);
        }
      }
      return queues ? queue(request, locals, wait, now) : Turn.now(decide(request, locals, now));
    } finally {
      unlock(locals);
    }
  }

  private Turn queue(Request request, LocalKey[] locals, long wait, long now) {
    Map<LocalBucket, long[]> queued = new LinkedHashMap<>();
    long[] figures = new long[2 * request.limits()];
    int figure = 0;
    for (int k = 0; k < locals.length; k++) {
      for (LocalLimit each : locals[k].limits) {
        if (request.costs[k] > 0 && each instanceof LocalBucket bucket) {
          queued.put(bucket, bucket.queue(request.costs[k], wait, now));
        }
        figures[figure++] = each.remaining(now);
        figures[figure++] = each.resetNanos(now);
      }
    }
    Decision decision =
        new Decision(
            Decision.Reason.ADMITTED,
            Decision.Source.LOCAL,
            0,
            new LocalStanding(request.keys, figures, -1, now),
            0);
    return new Turn(decision, wait, () -> leave(request, queued));
  }

  private void leave(Request request, Map<LocalBucket, long[]> queued) {
    LocalKey[] locals = lock(request);
    try {
      long now = now();
      queued.forEach((bucket, turn) -> bucket.leave(turn, now));
    } finally {
      unlock(locals);
    }
  }

  /** Charges into debt, gives back, lowers or forgets. */
  void adjust(Request request) {
    for (int k = 0; k < request.keys.length; k++) {
      long cost = request.costs[k];
      LocalKey local = locked(request.keys[k]);
      try {
        long now = now();
        for (LocalLimit each : local.limits) {
          switch (request.act) {
            case OBSERVE -> each.lower(cost / local.nodes(), now);
            case RESET -> each.clear(now);
            default -> {
              if (cost < 0) {
                each.refund(-cost, request.extra[k], now);
              } else {
                each.charge(cost, now);
              }
            }
          }
        }
      } finally {
        local.unlock();
      }
    }
  }

  /** Follows what Redis admitted. */
  void follow(Request admitted, int times) {
    if (admitted.looks()) {
      return;
    }
    Request request = admitted.where(Fallback::failsLocal);
    for (int k = 0; k < request.keys.length; k++) {
      LocalKey local = locked(request.keys[k]);
      try {
        long now = now();
        for (LocalLimit each : local.limits) {
          each.drain(request.costs[k] * times, now);
        }
      } finally {
        local.unlock();
      }
    }
  }

  private LocalKey[] lock(Request request) {
    LocalKey[] locals = new LocalKey[request.keys.length];
    if (locals.length == 1) {
      locals[0] = locked(request.keys[0]);
      return locals;
    }
    int share = nodes.getAsInt();
    for (int k = 0; k < locals.length; k++) {
      locals[k] = of(request.keys[k], share);
    }
    LocalKey[] ordered = locals.clone();
    Arrays.sort(ordered, Comparator.comparingLong(local -> local.number));
    long now = now();
    for (LocalKey each : ordered) {
      each.lock();
      each.share(share, now);
    }
    return locals;
  }

  private LocalKey locked(LimitKey key) {
    int share = nodes.getAsInt();
    LocalKey local = of(key, share);
    local.lock();
    local.share(share, now());
    return local;
  }

  private static void unlock(LocalKey[] locals) {
    for (LocalKey each : locals) {
      each.unlock();
    }
  }

  private LocalKey of(LimitKey key, int share) {
    LocalKey found = looked.getIfPresentQuietly(key);
    if (found == null || !found.isOf(key.policy())) {
      return held.asMap().compute(key, (k, old) -> fresh(key.policy(), old, share));
    }
    if (found.uses.counts()) {
      LocalKey unused = held.getIfPresent(key);
    }
    return found;
  }

  private LocalKey fresh(RatePolicy policy, @Nullable LocalKey old, int share) {
    if (old != null && old.isOf(policy)) {
      return old;
    }
    long now = now();
    LocalKey made = new LocalKey(policy, share, now, clock);
    if (old != null) {
      made.succeed(old, now);
    }
    return made;
  }
}
