package app.galion.docs;

import app.galion.cache.Codec;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorProfile;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.redis.RedisLink;
import app.galion.spi.Fleet;
import app.galion.spi.Guard;
import app.galion.spi.HealthProbe;
import app.galion.spi.StaleSource;
import app.galion.testkit.FleetContract;
import app.galion.testkit.GuardContract;
import app.galion.testkit.HealthProbeContract;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import app.galion.testkit.StaleSourceContract;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The modules keep the contracts of the SPI that they implement. */
class ContractsTest {

  @Nested
  class CircuitAsGuard extends GuardContract {

    @Override
    protected Guard granting() {
      return VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();
    }

    @Override
    protected Guard refusing() {
      VendorCircuit circuit =
          VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();
      circuit.forceOpen("for a test");
      return circuit;
    }
  }

  @Nested
  class LimiterAsGuard extends GuardContract {

    private final RateLimiter limiter = RateLimiter.builder("api").build();

    @AfterEach
    void close() {
      limiter.close();
    }

    private Guard guard(long permits) {
      RatePolicy policy =
          RatePolicy.tokenBucket("g" + UUID.randomUUID(), permits, Duration.ofDays(1));
      return limiter.asGuard(policy.by("me"));
    }

    @Override
    protected Guard granting() {
      return guard(1_000_000);
    }

    @Override
    protected Guard refusing() {
      Guard guard = guard(1);
      guard.tryAcquire().success();
      return guard;
    }
  }

  @Nested
  class CircuitAsProbe extends HealthProbeContract {

    @Override
    protected HealthProbe probe() {
      return VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();
    }
  }

  @Nested
  class OnRedis {

    private RedisLink link;

    @BeforeEach
    void connect(@RealRedis RedisServer server) throws Exception {
      link = RedisLink.builder("contracts-" + UUID.randomUUID(), server.uri()).build();
      link.awaitAvailable(Duration.ofSeconds(5));
    }

    @AfterEach
    void disconnect() {
      link.close();
    }

    @Nested
    class LinkAsProbe extends HealthProbeContract {

      @Override
      protected HealthProbe probe() {
        return link;
      }
    }

    @Nested
    class LinkAsFleet extends FleetContract {

      @Override
      protected Fleet fleet() {
        return link.fleet();
      }
    }

    @Nested
    class CacheAsSource extends StaleSourceContract<String, String> {

      private TieredCache<String, String> cache;

      @AfterEach
      void close() {
        cache.close();
      }

      @Override
      protected StaleSource<String, String> source() {
        cache = TieredCache.<String, String>builder("users", Codec.string()).redis(link).build();
        cache.get("known", key -> "value");
        return cache;
      }

      @Override
      protected Map.Entry<String, String> known() {
        return Map.entry("known", "value");
      }

      @Override
      protected String unknown() {
        return "unknown";
      }
    }
  }
}
