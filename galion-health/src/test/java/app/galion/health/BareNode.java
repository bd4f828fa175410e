package app.galion.health;

import app.galion.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;

/** A node for {@link BareJvmTest}: everything that needs no module but java.base. */
final class BareNode {

  private BareNode() {}

  public static void main(String[] args) {
    try (HealthEngine engine =
        HealthEngine.builder("bare")
            .check("disk_space", Checks.disk(Path.of(".")).percent(0, 0, 0), Impact.CRITICAL)
            .check("tcp", Checks.tcp("127.0.0.1", 1), Impact.DEGRADING)
            .liveness("deadlock", Checks.deadlock())
            .build()) {
      engine.start();
      Await.until("ready", Duration.ofSeconds(20), () -> engine.snapshot().ready());
      Await.until(
          "deadlock known",
          Duration.ofSeconds(20),
          () -> engine.snapshot().livenessChecks().toString().contains("state=UP"));
      System.out.println(engine.get("GET", "/health/ready").status());
    }
  }
}
