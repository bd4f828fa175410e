package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class EndpointsTest {

  private static final String CLOCK = "1700000000.250";

  private final Knob database = Knob.up();
  private final Knob redis = Knob.up();
  private final Knob disk = Knob.up();
  private final Knob self = Knob.up();

  private final UnaryOperator<HealthEngine.Builder> original =
      builder ->
          builder
              .check("database", database, Impact.CRITICAL, options -> options.scope(Scope.SHARED))
              .check("redis", redis, Impact.DEGRADING)
              .check("disk_space", disk, Impact.CRITICAL)
              .liveness("self", self)
              .metrics("disk", () -> Map.of("total_gb", 10.5))
              .group("storage", "database", "disk_space");

  @Test
  void healthSaysWhatTheOriginalSaid() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    manual.passSeconds(65);
    try (Served served = new Served(HealthHandler.of(manual.engine))) {
      HttpResponse<String> answer = served.get("/health");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .isEqualTo("{\"status\":\"healthy\",\"service\":\"galion-api\",\"uptime_seconds\":65}");
      assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
      assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
    }
  }

  @Test
  void liveSaysWhatTheOriginalSaid() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    try (Served served = new Served(HealthHandler.of(manual.engine))) {
      assertThat(served.get("/health/live").body())
          .isEqualTo("{\"status\":\"alive\",\"service\":\"galion-api\",\"uptime_seconds\":0}");
    }
  }

  @Test
  void readySaysWhatTheOriginalSaidAndMoreOnlyAfterIt() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    try (Served served = new Served(HealthHandler.of(manual.engine))) {
      HttpResponse<String> answer = served.get("/health/ready");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .isEqualTo(
              "{\"status\":\"ready\",\"checks\":{\"database\":true,\"redis\":true,"
                  + "\"disk_space\":true},\"timestamp\":"
                  + CLOCK
                  + ",\"degraded\":[],\"phase\":\"serving\",\"panic\":false}");
    }
  }

  @Test
  void readyAnswers503WhileACriticalCheckIsDown() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    database.fail();
    manual.passSeconds(20);
    try (Served served = new Served(HealthHandler.of(manual.engine))) {
      HttpResponse<String> answer = served.get("/health/ready");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body())
          .startsWith("{\"status\":\"not_ready\",\"checks\":{\"database\":false,\"redis\":true,");
      assertThat(answer.headers().firstValue("retry-after")).hasValue("5");
      assertThat(served.get("/health/live").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void readyStays200WithoutRedisAndSaysSo() {
    ManualEngine manual = ManualEngine.started(original);
    redis.fail();
    manual.passSeconds(20);
    assertThat(manual.status("/health/ready")).isEqualTo(200);
    assertThat(manual.text("/health/ready"))
        .contains("\"redis\":false")
        .contains("\"degraded\":[\"redis\"]");
  }

  @Test
  void liveNamesTheCheckThatWantsARestart() {
    ManualEngine manual = ManualEngine.started(original);
    self.set(deadline -> CheckResult.down(ErrorCode.STALLED, "stuck"));
    manual.passSeconds(20);
    assertThat(manual.status("/health/live")).isEqualTo(503);
    assertThat(manual.text("/health/live"))
        .startsWith("{\"status\":\"dead\",\"service\":\"galion-api\",\"uptime_seconds\":20")
        .endsWith(",\"reasons\":[\"self:stalled\"]}");
  }

  @Test
  void startupNamesWhatIsPending() {
    database.fail();
    ManualEngine manual = ManualEngine.started(original);
    assertThat(manual.status("/health/startup")).isEqualTo(503);
    assertThat(manual.text("/health/startup"))
        .isEqualTo("{\"status\":\"starting\",\"pending\":[\"database\"]}");
    database.mend();
    manual.passSeconds(10);
    assertThat(manual.status("/health/startup")).isEqualTo(200);
    assertThat(manual.text("/health/startup")).isEqualTo("{\"status\":\"started\",\"pending\":[]}");
  }

  @Test
  void detailedDoesNotExistForThePublic() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    try (Served served = new Served(HealthHandler.of(manual.engine))) {
      assertThat(served.get("/health/detailed").statusCode()).isEqualTo(404);
      assertThat(served.get("/health/detailed").body())
          .isEqualTo(served.get("/health/nothing").body());
    }
  }

  @Test
  void detailedAddsStatusAndMetricsForOperators() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    try (Served served = new Served(HealthHandler.of(manual.engine, exchange -> true))) {
      assertThat(served.get("/health/detailed").body())
          .startsWith(
              "{\"status\":\"healthy\",\"checks\":{\"database\":true,\"redis\":true,"
                  + "\"disk_space\":true},\"timestamp\":"
                  + CLOCK
                  + ",\"metrics\":{\"disk\":{\"total_gb\":10.5}}");
    }
  }

  @Test
  void anOperatorTestThatThrowsLetsNobodyIn() throws Exception {
    ManualEngine manual = ManualEngine.started(original);
    HealthHandler handler =
        HealthHandler.of(
            manual.engine,
            exchange -> {
              throw new IllegalStateException("session store is down");
            });
    try (Served served = new Served(handler)) {
      assertThat(served.get("/health/detailed").statusCode()).isEqualTo(404);
      assertThat(served.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aGroupSpeaksForItsMembersAlone() {
    ManualEngine manual = ManualEngine.started(original);
    redis.fail();
    manual.passSeconds(20);
    assertThat(manual.status("/health/group/storage")).isEqualTo(200);
    disk.fail();
    manual.passSeconds(20);
    assertThat(manual.status("/health/group/storage")).isEqualTo(503);
    assertThat(manual.text("/health/group/storage"))
        .isEqualTo(
            "{\"status\":\"unhealthy\",\"checks\":{\"database\":true,\"disk_space\":false},"
                + "\"timestamp\":"
                + CLOCK
                + ",\"codes\":{\"disk_space\":\"refused\"}}");
    assertThat(manual.status("/health/group/none")).isEqualTo(404);
  }
}
