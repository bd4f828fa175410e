package app.galion.ratelimit;

import app.galion.spi.Ticker;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/*
 * What Redis denied stays denied until its retry time: a counter only empties as time passes. So until
 * then a request of at least that cost that includes the key whose limit denied is denied too, whatever
 * its other keys. The time runs from before the call was sent, so it ends too early rather than too
 * late, but for a refund or a reset by another node, which is seen when the memory ends, at most
 * maxNanos later.
 */
final class DenyMemory {

  private static final int MOST_KEYS = 100_000;

  private record Denial(long cost, long until, RatePolicy policy, Decision decision) {}

  private final Cache<LimitKey, Denial> denials =
      Caffeine.newBuilder().maximumSize(MOST_KEYS).executor(Runnable::run).build();
  private final Ticker ticker;
  private final long maxNanos;

  DenyMemory(Ticker ticker, long maxNanos) {
    this.ticker = ticker;
    this.maxNanos = maxNanos;
  }

  @Nullable Decision recall(LimitKey key, long cost) {
    Denial denial = denials.getIfPresent(key);
    if (denial == null) {
      return null;
    }
    if (denial.until - ticker.read() <= 0) {
      denials.asMap().remove(key, denial);
      return null;
    }
    return denial.policy.sameLimits(key.policy()) && cost >= denial.cost ? denial.decision : null;
  }

  void remember(LimitKey denier, long cost, Decision denied, long askedAt) {
    long nanos = Math.min(maxNanos, denied.retryAfterNanos());
    if (nanos > 0) {
      denials.put(
          denier,
          new Denial(
              cost, askedAt + nanos, denier.policy(), denied.remembered(denier, ticker, askedAt)));
    }
  }

  void forget(LimitKey key) {
    denials.invalidate(key);
  }

  long size() {
    return denials.estimatedSize();
  }
}
