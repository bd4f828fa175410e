package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What the module's page shows, run. */
final class ReadmeTest {

  private final DataSource dataSource =
      (DataSource)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {DataSource.class},
              (proxy, method, args) -> {
                throw new java.sql.SQLException("no database here", "08001");
              });

  @Test
  void usageRuns() throws Exception {
    ExecutorService workers = Executors.newSingleThreadExecutor();
    HttpServer httpServer =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    HealthEngine health =
        HealthEngine.builder("galion-api")
            .check("database", Checks.jdbc(dataSource), Impact.CRITICAL)
            .check("disk_space", Checks.disk(Path.of(".")), Impact.CRITICAL)
            .check(
                "search",
                Checks.http(URI.create("http://localhost:9200/ping")),
                Impact.DEGRADING,
                check -> check.interval(Duration.ofSeconds(30)).failAfter(3))
            .liveness("deadlock", Checks.deadlock())
            .liveness("workers", Checks.executorStall(workers, Duration.ofSeconds(20)))
            .metrics("disk", Checks.diskMetrics(Path.of(".")))
            .build();
    try (health) {
      health.start();
      httpServer.createContext("/health", HealthHandler.of(health));
      HttpResult ready = health.get("GET", "/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.text()).contains("\"checks\":{\"database\":false");
    } finally {
      workers.shutdownNow();
      httpServer.stop(0);
    }
  }
}
