package app.galion.ratelimit;

import app.galion.spi.Ticker;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConfigurationBuilder;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/*
 * The buckets of a store, one for each key with a bandwidth for each limit. Several keys are taken in
 * order; a later one that denies gives the earlier ones back, so what runs at the same time may be
 * denied too early, never admitted too much. Calls block.
 */
final class StoreBuckets {

  private final ProxyManager<String> manager;
  private final String prefix;
  private final Ticker ticker;

  StoreBuckets(ProxyManager<String> manager, String prefix, Ticker ticker) {
    this.manager = manager;
    this.prefix = prefix;
    this.ticker = ticker;
  }

  /** Whether Bucket4j counts such limits: token buckets of at most one token a nanosecond. */
  static boolean offers(RatePolicy policy) {
    for (Limit limit : policy.limits()) {
      if (limit.kind() != Limit.Kind.TOKEN_BUCKET || limit.n() > limit.periodMicros() * 1_000) {
        return false;
      }
    }
    return true;
  }

  Decision decide(Request request) {
    long now = ticker.read();
    List<long[]> figures = new ArrayList<>();
    int before = 0;
    for (int k = 0; k < request.keys.length; k++) {
      List<Limit> limits = request.keys[k].policy().limits();
      long cost = request.costs[k];
      VerboseResult<ConsumptionProbe> taken;
      try {
        taken = take(request.keys[k], cost);
      } catch (RuntimeException e) {
        giveBackAfter(e, request, k);
        throw e;
      }
      long[] tokens = taken.getDiagnostics().getAvailableTokensPerEachBandwidth();
      for (int i = 0; i < limits.size(); i++) {
        figures.add(
            new long[] {Math.max(0, tokens[i]), untilFull(limits.get(i), tokens[i], taken)});
      }
      if (!taken.getValue().isConsumed()) {
        giveBack(request, k);
        return denied(request, k, before + narrowest(limits, tokens, cost), taken, figures);
      }
      before += limits.size();
    }
    return new Decision(
        Decision.Reason.ADMITTED,
        Decision.Source.STORE,
        0,
        new LocalStanding(request.keys, flat(figures), -1, now),
        0);
  }

  private static Decision denied(
      Request request,
      int denier,
      int limit,
      VerboseResult<ConsumptionProbe> taken,
      List<long[]> figures) {
    int at = 0;
    for (int k = 0; k < denier; k++) {
      for (Limit each : request.keys[k].policy().limits()) {
        long[] given = figures.get(at++);
        given[0] = Math.min(each.capacity(), given[0] + request.costs[k]);
      }
    }
    return new Decision(
        Decision.Reason.LIMIT,
        Decision.Source.STORE,
        taken.getValue().getNanosToWaitForRefill(),
        new LocalStanding(Arrays.copyOf(request.keys, denier + 1), flat(figures), limit, 0),
        0);
  }

  private static long[] flat(List<long[]> figures) {
    return figures.stream().flatMapToLong(Arrays::stream).toArray();
  }

  /* Whoever finds a bucket of other limits, kept from before a change, decides by those once more. */
  private VerboseResult<ConsumptionProbe> take(LimitKey key, long cost) {
    BucketConfiguration configuration = configuration(key.policy());
    BucketProxy bucket = bucket(key, configuration);
    if (cost == 0) {
      return looked(bucket, configuration);
    }
    VerboseResult<ConsumptionProbe> taken = bucket.asVerbose().tryConsumeAndReturnRemaining(cost);
    return taken.getConfiguration().equals(configuration)
        ? taken
        : looked(bucket, configuration).withValue(taken.getValue());
  }

  private static VerboseResult<ConsumptionProbe> looked(
      BucketProxy bucket, BucketConfiguration configuration) {
    VerboseResult<Long> looked = bucket.asVerbose().getAvailableTokens();
    if (!looked.getConfiguration().equals(configuration)) {
      bucket.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS);
      looked = bucket.asVerbose().getAvailableTokens();
    }
    return looked.withValue(ConsumptionProbe.consumed(looked.getValue(), 0));
  }

  private BucketProxy bucket(LimitKey key) {
    return bucket(key, configuration(key.policy()));
  }

  private BucketProxy bucket(LimitKey key, BucketConfiguration configuration) {
    String name = prefix + "{" + key.tag() + "}:" + key.policy().counter();
    return manager.builder().build(name, () -> configuration);
  }

  private static BucketConfiguration configuration(RatePolicy policy) {
    ConfigurationBuilder configuration = BucketConfiguration.builder();
    List<Limit> limits = policy.limits();
    for (int i = 0; i < limits.size(); i++) {
      Limit limit = limits.get(i);
      String id = Integer.toString(i);
      configuration.addLimit(
          each ->
              each.capacity(limit.capacity())
                  .refillGreedy(limit.n(), Duration.ofNanos(limit.periodMicros() * 1_000))
                  .id(id));
    }
    return configuration.build();
  }

  private static long untilFull(Limit limit, long tokens, VerboseResult<?> result) {
    if (result.getConfiguration().getBandwidths().length == 1) {
      return result.getDiagnostics().calculateFullRefillingTime();
    }
    double missing = (double) (limit.capacity() - tokens);
    return (long) Math.ceil(missing * limit.periodMicros() * 1_000 / limit.n());
  }

  /** The limit to wait longest for. */
  private static int narrowest(List<Limit> limits, long[] tokens, long cost) {
    int narrowest = 0;
    double longest = -1;
    for (int i = 0; i < tokens.length && i < limits.size(); i++) {
      Limit limit = limits.get(i);
      double wait = (double) (cost - tokens[i]) * limit.periodMicros() / limit.n();
      if (wait > longest) {
        longest = wait;
        narrowest = i;
      }
    }
    return narrowest;
  }

  private void giveBackAfter(RuntimeException failure, Request request, int before) {
    try {
      giveBack(request, before);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void giveBack(Request request, int before) {
    for (int k = 0; k < before; k++) {
      if (request.costs[k] > 0) {
        bucket(request.keys[k]).addTokens(request.costs[k]);
      }
    }
  }

  /** Does what asks for no decision. */
  void adjust(Request request) {
    for (int k = 0; k < request.keys.length; k++) {
      BucketProxy bucket = bucket(request.keys[k]);
      long number = request.costs[k];
      switch (request.act) {
        case RESET -> bucket.reset();
        case OBSERVE -> {
          long more = bucket.getAvailableTokens() - number;
          if (more > 0) {
            bucket.tryConsumeAsMuchAsPossible(more);
          }
        }
        case ADJUST -> {
          if (number > 0) {
            bucket.consumeIgnoringRateLimits(number);
          } else if (number < 0) {
            refund(bucket, request.keys[k].policy(), -number, request.extra[k]);
          }
        }
        default -> throw new IllegalStateException("a store cannot " + request.act);
      }
    }
  }

  /*
   * What has come back since would have come back, or been lost at full, without the charge. A store
   * counts whole tokens, so less than one may be given back too much.
   */
  private void refund(BucketProxy bucket, RatePolicy policy, long cost, long chargedAt) {
    double age = Math.max(0, ticker.read() - chargedAt);
    long left = cost;
    for (Limit limit : policy.limits()) {
      double back = Math.floor(age * limit.n() / (limit.periodMicros() * 1_000.0));
      left = Math.min(left, (long) (cost - back));
    }
    if (left > 0) {
      bucket.addTokens(left);
    }
  }
}
