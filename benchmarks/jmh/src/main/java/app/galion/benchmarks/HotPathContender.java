package app.galion.benchmarks;

import app.galion.benchmarks.HotPath.Route;
import app.galion.cache.Codec;
import app.galion.cache.Loader;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorProfile;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.spi.Permit;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.Objects;

/** Who answers {@link HotPath}. */
public enum HotPathContender implements Contender {
  /** No protection: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    Route open() {
      return user -> user;
    }
  },
  /** galion's limiter, cache and circuit. */
  GALION("galion") {
    @Override
    Route open() {
      return new GalionRoute();
    }
  },
  /** What a service without galion puts together. */
  BY_HAND("Bucket4j + Caffeine + Resilience4j") {
    @Override
    Route open() {
      return new RouteByHand();
    }
  };

  private static final int SIZE = 10_000;
  private static final Duration TTL = Duration.ofMinutes(10);

  private final String label;

  HotPathContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  abstract Route open();

  private static final class GalionRoute implements Route {
    private final RateLimiter limiter = RateLimiter.builder("hot").build();
    private final RatePolicy policy =
        RatePolicy.tokenBucket("hot", LimitContender.LIMIT, LimitContender.WINDOW);
    private final TieredCache<String, String> profiles =
        TieredCache.<String, String>builder("hot", Codec.string())
            .maximumSize(SIZE)
            .freshFor(TTL)
            .build();
    private final Loader<String, String> load = user -> "profile of " + user;
    private final VendorCircuit circuit =
        VendorCircuit.builder("hot", VendorProfile.openAiChat()).build();

    @Override
    public Object request(String user) {
      if (!limiter.check(policy.by(user)).allowed()) {
        return REFUSED;
      }
      Object profile = Objects.requireNonNull(profiles.get(user, load));
      Permit permit = circuit.tryAcquire();
      if (!permit.granted()) {
        return REFUSED;
      }
      permit.success();
      return profile;
    }

    @Override
    public void close() {
      limiter.close();
      profiles.close();
    }
  }

  private static final class RouteByHand implements Route {
    private final Cache<String, Bucket> buckets =
        Caffeine.newBuilder().maximumSize(SIZE).expireAfterAccess(TTL).build();
    private final Cache<String, String> profiles =
        Caffeine.newBuilder().maximumSize(SIZE).expireAfterWrite(TTL).recordStats().build();
    private final CircuitBreaker breaker = CircuitBreaker.of("hot", CircuitContender.SAME_RULE);

    @Override
    public Object request(String user) {
      if (!buckets.get(user, RouteByHand::bucket).tryConsume(1)) {
        return REFUSED;
      }
      Object profile = profiles.get(user, each -> "profile of " + each);
      return breaker.executeSupplier(() -> profile);
    }

    private static Bucket bucket(String user) {
      return Bucket.builder()
          .addLimit(
              limit ->
                  limit
                      .capacity(LimitContender.LIMIT)
                      .refillGreedy(LimitContender.LIMIT, LimitContender.WINDOW))
          .build();
    }
  }
}
