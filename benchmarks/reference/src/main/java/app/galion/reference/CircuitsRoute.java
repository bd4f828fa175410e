package app.galion.reference;

import app.galion.circuit.CircuitStatus;
import app.galion.circuit.VendorCircuit;
import io.javalin.config.RoutesConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How this node sees the vendors. */
final class CircuitsRoute {

  private final Circuits circuits;

  CircuitsRoute(Circuits circuits) {
    this.circuits = circuits;
  }

  void install(RoutesConfig routes) {
    WebServer.get(routes, "/api/v1/circuits", context -> context.json(report(circuits)));
  }

  static Map<String, Map<String, @Nullable Object>> report(Circuits circuits) {
    Map<String, Map<String, @Nullable Object>> report = new LinkedHashMap<>();
    for (VendorCircuit circuit : circuits.all()) {
      CircuitStatus status = circuit.status();
      Map<String, @Nullable Object> shown = new LinkedHashMap<>();
      shown.put("state", status.state().toString());
      shown.put("failure_count", status.failureCount());
      shown.put("last_failure_time", ChatReply.seconds(status.lastFailure()));
      shown.put("opened_at", ChatReply.seconds(status.openedAt()));
      shown.put("retry_at", ChatReply.seconds(status.retryAt()));
      shown.put("explain", status.explanation());
      report.put(status.name(), shown);
    }
    return report;
  }
}
