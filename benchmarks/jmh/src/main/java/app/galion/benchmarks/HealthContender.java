package app.galion.benchmarks;

import app.galion.benchmarks.HealthRead.Endpoint;
import app.galion.health.CheckResult;
import app.galion.health.HealthEngine;
import app.galion.health.Impact;
import app.galion.testkit.Await;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Who answers {@link HealthRead}. */
public enum HealthContender implements Contender {
  /** Nothing: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    Endpoint open() {
      return () -> "";
    }
  },
  /** What an endpoint without an engine does, its checks being free: asks all and writes JSON. */
  BY_HAND("five calls, a map, Jackson") {
    @Override
    Endpoint open() {
      ObjectMapper json = new ObjectMapper();
      List<Callable<Boolean>> checks =
          CHECKS.stream().map(name -> (Callable<Boolean>) () -> true).toList();
      return () -> {
        Map<String, Object> answers = new LinkedHashMap<>();
        for (int i = 0; i < CHECKS.size(); i++) {
          answers.put(CHECKS.get(i), checks.get(i).call());
        }
        return json.writeValueAsBytes(
            Map.of(
                "status", answers.containsValue(false) ? "not_ready" : "ready", "checks", answers));
      };
    }
  },
  /** galion's snapshot as an object. */
  GALION_SNAPSHOT("galion snapshot") {
    @Override
    Endpoint open() {
      return engine(HealthEngine::snapshot);
    }
  },
  /** galion's answer to a liveness probe. */
  GALION_LIVE("galion /health/live") {
    @Override
    Endpoint open() {
      return engine(health -> health.get("GET", "/health/live"));
    }
  },
  /** galion's answer to a readiness probe. */
  GALION_READY("galion /health/ready") {
    @Override
    Endpoint open() {
      return engine(health -> health.get("GET", "/health/ready"));
    }
  };

  private static final List<String> CHECKS =
      List.of("database", "redis", "disk_space", "search", "queue");

  private final String label;

  HealthContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  abstract Endpoint open();

  private static Endpoint engine(Function<HealthEngine, Object> read) {
    HealthEngine.Builder builder = HealthEngine.builder("bench");
    CHECKS.forEach(name -> builder.check(name, deadline -> CheckResult.up(), Impact.CRITICAL));
    HealthEngine health = builder.build();
    health.start();
    Await.until(
        "readiness",
        Duration.ofSeconds(10),
        () -> health.get("GET", "/health/ready").status() == 200);
    return new Endpoint() {
      @Override
      public Object read() {
        return read.apply(health);
      }

      @Override
      public void close() {
        health.close();
      }
    };
  }
}
