package app.galion.ratelimit;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;

/** A token bucket on Bucket4j. */
final class LocalBucket implements LocalLimit {

  private static final long LONGEST_PERIOD = 1L << 62;

  private final Limit limit;
  private final Bucket bucket;
  private volatile long capacity;

  LocalBucket(Limit limit, int nodes, TimeMeter time) {
    this.limit = limit;
    this.capacity = capacity(nodes);
    this.bucket = Bucket.builder().addLimit(bandwidth(nodes)).withCustomTimePrecision(time).build();
  }

  @Override
  public ConsumptionProbe take(long cost) {
    if (cost > capacity) {
      return aboveShare();
    }
    if (cost > 0) {
      return bucket.tryConsumeAndReturnRemaining(cost);
    }
    long most = capacity;
    EstimationProbe full = bucket.estimateAbilityToConsume(most);
    return ConsumptionProbe.consumed(full.getRemainingTokens(), full.getNanosToWaitForRefill());
  }

  /* Only another share, or Redis, can admit it: ask again when the bucket is full, at most once each period. */
  private ConsumptionProbe aboveShare() {
    EstimationProbe full = bucket.estimateAbilityToConsume(capacity);
    long untilFull = full.getNanosToWaitForRefill();
    long wait = Math.max(untilFull, limit.periodMicros() * 1_000);
    return ConsumptionProbe.rejected(full.getRemainingTokens(), wait, untilFull);
  }

  @Override
  public void drain(long cost) {
    if (!bucket.tryConsume(cost)) {
      bucket.tryConsumeAsMuchAsPossible(cost);
    }
  }

  @Override
  public void giveBack(long cost, long since) {
    bucket.addTokens(cost);
  }

  @Override
  public void share(int nodes) {
    capacity = capacity(nodes);
    bucket.replaceConfiguration(
        BucketConfiguration.builder().addLimit(bandwidth(nodes)).build(),
        TokensInheritanceStrategy.AS_IS);
  }

  private long capacity(int nodes) {
    return Math.max(1, limit.n() / nodes);
  }

  /* Bucket4j refuses more than a token per nanosecond, and a period beyond a long of nanoseconds. */
  private Bandwidth bandwidth(int nodes) {
    long nanos = limit.periodMicros() * 1_000;
    long period = nodes <= LONGEST_PERIOD / nanos ? nanos * nodes : LONGEST_PERIOD;
    return Bandwidth.builder()
        .capacity(capacity(nodes))
        .refillGreedy(Math.min(limit.n(), period), Duration.ofNanos(period))
        .build();
  }
}
