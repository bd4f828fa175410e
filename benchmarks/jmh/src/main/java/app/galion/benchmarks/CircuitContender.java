package app.galion.benchmarks;

import app.galion.benchmarks.CircuitClosed.Circuit;
import app.galion.circuit.CircuitOpenException;
import app.galion.circuit.Outcome;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorProfile;
import app.galion.circuit.Verdict;
import app.galion.spi.Permit;
import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import com.alibaba.csp.sentinel.slots.block.degrade.circuitbreaker.CircuitBreakerStrategy;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Who answers {@link CircuitClosed} and {@link CircuitOpen}. */
public enum CircuitContender implements Contender {
  /** No circuit: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    Circuit open() {
      return Supplier::get;
    }
  },
  /** galion by hand: permit, then the outcome. */
  GALION_TWO_STEPS("galion tryAcquire + success") {
    @Override
    Circuit open() {
      VendorCircuit circuit = VendorCircuit.builder("vendor", VendorProfile.openAiChat()).build();
      return new Circuit() {
        @Override
        public Object call(Supplier<Object> work) {
          Permit permit = circuit.tryAcquire();
          if (!permit.granted()) {
            return REFUSED;
          }
          Object answer = work.get();
          permit.success();
          return answer;
        }

        @Override
        public void trip() {
          failUntilOpen(circuit);
        }
      };
    }
  },
  /** galion around a call, with its timers at hand; a refusal is an exception. */
  GALION("galion callOrThrow") {
    @Override
    Circuit open() {
      VendorCircuit circuit = VendorCircuit.builder("vendor", VendorProfile.openAiChat()).build();
      return new Circuit() {
        @Override
        public Object call(Supplier<Object> work) {
          try {
            return circuit.callOrThrow(call -> work.get());
          } catch (CircuitOpenException e) {
            return REFUSED;
          }
        }

        @Override
        public void trip() {
          failUntilOpen(circuit);
        }
      };
    }
  },
  /** Resilience4j around a supplier, with galion's rule; a refusal is an exception. */
  RESILIENCE4J("Resilience4j executeSupplier, the same 30 s window") {
    @Override
    Circuit open() {
      return around(CircuitBreaker.of("vendor", SAME_RULE));
    }
  },
  /** The same as Resilience4j comes: the last 100 calls, however old. */
  RESILIENCE4J_DEFAULTS("Resilience4j executeSupplier, its default of 100 calls") {
    @Override
    Circuit open() {
      return around(CircuitBreaker.ofDefaults("vendor"));
    }
  },
  /** Resilience4j by hand: permission, then the outcome. */
  RESILIENCE4J_TWO_STEPS("Resilience4j tryAcquirePermission + onSuccess, the same window") {
    @Override
    Circuit open() {
      CircuitBreaker breaker = CircuitBreaker.of("vendor", SAME_RULE);
      return new Circuit() {
        @Override
        public Object call(Supplier<Object> work) {
          if (!breaker.tryAcquirePermission()) {
            return REFUSED;
          }
          long start = breaker.getCurrentTimestamp();
          Object answer = work.get();
          breaker.onSuccess(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit());
          return answer;
        }

        @Override
        public void trip() {
          breaker.transitionToOpenState();
        }
      };
    }
  },
  /** Failsafe around a supplier; a refusal is an exception. */
  FAILSAFE("Failsafe") {
    @Override
    Circuit open() {
      dev.failsafe.CircuitBreaker<Object> breaker =
          dev.failsafe.CircuitBreaker.builder().withFailureThreshold(5).build();
      FailsafeExecutor<Object> executor = Failsafe.with(breaker);
      return new Circuit() {
        @Override
        public Object call(Supplier<Object> work) {
          try {
            return executor.get(work::get);
          } catch (CircuitBreakerOpenException e) {
            return REFUSED;
          }
        }

        @Override
        public void trip() {
          breaker.open();
        }
      };
    }
  },
  /** Sentinel's entry and exit under one circuit-breaking rule. */
  SENTINEL("Sentinel") {
    @Override
    Circuit open() {
      System.setProperty("csp.sentinel.log.dir", System.getProperty("java.io.tmpdir"));
      DegradeRuleManager.loadRules(
          List.of(
              new DegradeRule("vendor")
                  .setGrade(CircuitBreakerStrategy.ERROR_COUNT.getType())
                  .setCount(5)
                  .setStatIntervalMs((int) TimeUnit.MINUTES.toMillis(1))
                  .setTimeWindow((int) TimeUnit.HOURS.toSeconds(1))));
      return new Circuit() {
        @Override
        public Object call(Supplier<Object> work) {
          Entry entry;
          try {
            entry = SphU.entry("vendor");
          } catch (BlockException e) {
            return REFUSED;
          }
          try {
            return work.get();
          } finally {
            entry.exit();
          }
        }

        @Override
        public void trip() {
          for (int i = 0; i < 10; i++) {
            fail();
          }
        }
      };
    }
  };

  private final String label;

  CircuitContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  abstract Circuit open();

  /* What VendorProfile.openAiChat() asks of its window. */
  static final CircuitBreakerConfig SAME_RULE =
      CircuitBreakerConfig.custom()
          .slidingWindow(30, 20, SlidingWindowType.TIME_BASED)
          .failureRateThreshold(50)
          .build();

  private static void failUntilOpen(VendorCircuit circuit) {
    for (int i = 0; i < 5; i++) {
      circuit.tryAcquire().complete(Verdict.of(Outcome.SERVER, "made to fail"));
    }
  }

  private static Circuit around(CircuitBreaker breaker) {
    return new Circuit() {
      @Override
      public Object call(Supplier<Object> work) {
        try {
          return breaker.executeSupplier(work);
        } catch (CallNotPermittedException e) {
          return REFUSED;
        }
      }

      @Override
      public void trip() {
        breaker.transitionToOpenState();
      }
    };
  }

  private static void fail() {
    try (Entry entry = SphU.entry("vendor")) {
      Tracer.traceEntry(new IllegalStateException("made to fail"), entry);
    } catch (BlockException e) {
      System.getLogger("app.galion.benchmarks").log(System.Logger.Level.DEBUG, "open", e);
    }
  }
}
