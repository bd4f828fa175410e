package app.galion.ratelimit;

import app.galion.spi.Ticker;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/*
 * Tells of limits that an admission left nearly used up, each limit of a key once in its period. A local
 * share while Redis is away is not looked at: that it is used up says nothing of the limit.
 */
final class NearLimit {

  private static final int MOST_KEYS = 100_000;
  private static final long SHORTEST = TimeUnit.SECONDS.toNanos(1);

  private record Told(LimitKey key, int limit) {}

  private final Cache<Told, Long> told =
      Caffeine.newBuilder().maximumSize(MOST_KEYS).executor(Runnable::run).build();
  private final Ticker ticker;
  private final double share;
  private final boolean remote;
  private final Listeners listeners;
  private final Consumer<? super LimitState> listener;

  NearLimit(
      Ticker ticker,
      double share,
      boolean remote,
      Listeners listeners,
      Consumer<? super LimitState> listener) {
    this.ticker = ticker;
    this.share = share;
    this.remote = remote;
    this.listeners = listeners;
    this.listener = listener;
  }

  void look(Request request, Decision decision) {
    if (!decision.allowed() || !counts(decision.source())) {
      return;
    }
    int nth = 0;
    for (int k = 0; k < request.keys.length; k++) {
      List<Limit> limits = request.keys[k].policy().limits();
      for (int i = 0; i < limits.size(); i++) {
        if (request.costs[k] > 0 && near(limits.get(i), decision.remaining(nth, limits.get(i)))) {
          tell(request.keys[k], i, limits.get(i), decision, nth);
        }
        nth++;
      }
    }
  }

  private boolean counts(Decision.Source source) {
    return switch (source) {
      case REDIS, STORE -> true;
      case LOCAL -> !remote;
      case DENY_MEMORY, FAIL_OPEN, FAIL_CLOSED, SHADOW -> false;
    };
  }

  private boolean near(Limit limit, long remaining) {
    return limit.capacity() - remaining >= share * limit.capacity();
  }

  private void tell(LimitKey key, int limit, Limit of, Decision decision, int nth) {
    Told what = new Told(key, limit);
    long now = ticker.read();
    Long until = told.getIfPresent(what);
    if (until != null && until - now > 0) {
      return;
    }
    long next = now + period(of);
    boolean first =
        until == null
            ? told.asMap().putIfAbsent(what, next) == null
            : told.asMap().replace(what, until, next);
    if (first) {
      listeners.call(listener, () -> decision.limits().get(nth));
    }
  }

  private static long period(Limit limit) {
    return Math.max(SHORTEST, limit.shownPeriod().toNanos());
  }
}
