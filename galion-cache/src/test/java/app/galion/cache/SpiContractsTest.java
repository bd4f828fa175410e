package app.galion.cache;

import app.galion.spi.HealthProbe;
import app.galion.spi.StaleSource;
import app.galion.testkit.HealthProbeContract;
import app.galion.testkit.RedisServer;
import app.galion.testkit.StaleSourceContract;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** A cache is a source of stale values and a health probe as their contracts say. */
class SpiContractsTest {

  @Nested
  class StaleFromThisProcess extends StaleSourceContract<String, String> {
    final TieredCache<String, String> cache =
        TieredCache.<String, String>builder("local", Codec.string()).build();

    @BeforeEach
    void put() {
      cache.put("known", "v");
    }

    @AfterEach
    void close() {
      cache.close();
    }

    @Override
    protected StaleSource<String, String> source() {
      return cache;
    }

    @Override
    protected Map.Entry<String, String> known() {
      return Map.entry("known", "v");
    }

    @Override
    protected String unknown() {
      return "unknown";
    }
  }

  @Nested
  class StaleFromRedis extends StaleSourceContract<String, String> {
    final RedisServer server = RedisServer.start();
    final Nodes nodes = Nodes.of(2, server);

    @BeforeEach
    void put() {
      nodes.get(0).put("known", "v");
    }

    @AfterEach
    void close() {
      nodes.close();
      server.close();
    }

    @Override
    protected StaleSource<String, String> source() {
      return nodes.get(1);
    }

    @Override
    protected Map.Entry<String, String> known() {
      return Map.entry("known", "v");
    }

    @Override
    protected String unknown() {
      return "unknown";
    }
  }

  @Nested
  class HealthWhileRedisHangs extends HealthProbeContract {
    final RedisServer server = RedisServer.startOwn();
    final Nodes nodes = Nodes.ofDefaults(1, server);

    @BeforeEach
    void hang() {
      server.pause();
    }

    @AfterEach
    void close() {
      server.resume();
      nodes.close();
      server.close();
    }

    @Override
    protected HealthProbe probe() {
      return nodes.get(0);
    }
  }
}
