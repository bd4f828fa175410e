package app.galion.testkit;

import app.galion.spi.ComponentId;
import app.galion.spi.Fleet;
import app.galion.spi.Guard;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Permit;
import app.galion.spi.Stale;
import app.galion.spi.StaleSource;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;

/** What the SPI brings along, and the smallest that a user can write, keep the contracts. */
class ContractsTest {

  @Nested
  class SystemTicker extends TickerContract {
    @Override
    protected Ticker ticker() {
      return Ticker.system();
    }
  }

  @Nested
  class FakeTickerAcrossTheOverflow extends TickerContract {
    @Override
    protected Ticker ticker() {
      FakeTicker fake = FakeTicker.startingAt(Long.MAX_VALUE - 3);
      return () -> {
        fake.advance(Duration.ofNanos(1));
        return fake.read();
      };
    }
  }

  @Nested
  class NoGuard extends GuardContract {
    @Override
    protected Guard granting() {
      return Guard.none();
    }

    @Override
    protected Guard refusing() {
      return () -> Permit.refused(Duration.ofSeconds(5).toNanos());
    }
  }

  @Nested
  class SingleFleet extends FleetContract {
    @Override
    protected Fleet fleet() {
      return Fleet.single();
    }
  }

  @Nested
  class AlwaysUp extends HealthProbeContract implements HealthProbe {
    @Override
    protected HealthProbe probe() {
      return this;
    }

    @Override
    public ComponentId id() {
      return new ComponentId("check", "always-up");
    }

    @Override
    public Health health() {
      return Health.up();
    }
  }

  @Nested
  class OneValue extends StaleSourceContract<String, Integer> {
    @Override
    protected StaleSource<String, Integer> source() {
      long loaded = Ticker.system().read();
      return key ->
          CompletableFuture.completedFuture(
              key.equals(known().getKey())
                  ? Optional.of(
                      new Stale<>(
                          known().getValue(), Duration.ofNanos(Ticker.system().read() - loaded)))
                  : Optional.empty());
    }

    @Override
    protected Map.Entry<String, Integer> known() {
      return Map.entry("answer", 42);
    }

    @Override
    protected String unknown() {
      return "question";
    }
  }
}
