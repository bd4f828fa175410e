package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.ComponentId;
import app.galion.spi.Guard;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Permit;
import app.galion.spi.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A contract that lets everything pass is none. */
class ContractsCatchTest {

  private static TickerContract of(Ticker ticker) {
    return new TickerContract() {
      @Override
      protected Ticker ticker() {
        return ticker;
      }
    };
  }

  private static GuardContract of(Guard granting, Guard refusing) {
    return new GuardContract() {
      @Override
      protected Guard granting() {
        return granting;
      }

      @Override
      protected Guard refusing() {
        return refusing;
      }
    };
  }

  @Test
  void aTickerThatRunsBackwards() {
    AtomicLong backwards = new AtomicLong();
    TickerContract contract = of(backwards::decrementAndGet);
    assertThatThrownBy(contract::neverRunsBackwards).isInstanceOf(AssertionError.class);
    assertThatThrownBy(contract::neverRunsBackwardsFromThreadToThread)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("threads");
  }

  @Test
  void aGuardThatGrantsWhenItShouldRefuse() {
    GuardContract contract = of(Guard.none(), Guard.none());
    assertThatThrownBy(contract::refusesAndSaysHowLongToWait).isInstanceOf(AssertionError.class);
    assertThatThrownBy(contract::endingARefusalChangesNothing).isInstanceOf(AssertionError.class);
  }

  @Test
  void aPermitThatBreaksWhenItIsEnded() {
    Guard breaking = () -> new BreakingPermit();
    GuardContract contract = of(breaking, breaking);
    assertThatThrownBy(contract::endsOnceHoweverOftenItIsEnded).hasMessage("ended");
    assertThatThrownBy(contract::endsOnOtherThreadsThanItWasGrantedOn)
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void aProbeThatChangesItsName() {
    AtomicLong names = new AtomicLong();
    HealthProbe probe =
        new HealthProbe() {
          @Override
          public ComponentId id() {
            return new ComponentId("check", "n" + names.incrementAndGet());
          }

          @Override
          public Health health() {
            return Health.up();
          }
        };
    HealthProbeContract contract =
        new HealthProbeContract() {
          @Override
          protected HealthProbe probe() {
            return probe;
          }
        };
    assertThat(probe.health()).isEqualTo(Health.up());
    assertThatThrownBy(contract::isTheSameOneForEver).isInstanceOf(AssertionError.class);
  }

  private static final class BreakingPermit implements Permit {
    @Override
    public boolean granted() {
      return true;
    }

    @Override
    public long retryAfterNanos() {
      return 0;
    }

    @Override
    public void success() {
      throw new IllegalStateException("ended");
    }

    @Override
    public void failure(Throwable error) {
      success();
    }

    @Override
    public void ignore() {
      success();
    }
  }
}
