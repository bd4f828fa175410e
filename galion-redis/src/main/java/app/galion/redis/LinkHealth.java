package app.galion.redis;

import app.galion.spi.Health;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Words for how a link is, all from memory. */
final class LinkHealth {

  private LinkHealth() {}

  static Health of(LinkCore core) {
    Map<String, String> details = new HashMap<>();
    details.put("topology", core.route().topology().name().toLowerCase(Locale.ROOT));
    details.put("epoch", Long.toString(core.epoch()));
    int up = 0;
    int total = 0;
    int waiting = 0;
    boolean replica = false;
    for (Node node : core.route().nodes()) {
      Line line = node.line();
      total++;
      waiting += line == null ? 0 : line.waiting();
      if (node.available()) {
        up++;
        replica |= node.info().replica();
      } else {
        details.put("node " + node.address(), line == null ? "disconnected" : "suspect");
      }
    }
    details.put("nodes", up + " of " + total + " available");
    details.put("inFlight", Integer.toString(waiting));
    String trouble = core.lastTrouble();
    if (!trouble.isEmpty()) {
      details.put("trouble", trouble);
    }
    if (replica) {
      details.put("role", "a replica, which refuses writes");
    }
    Health.Status status =
        core.closed() || up == 0 || total == 0
            ? Health.Status.DOWN
            : up < total || replica ? Health.Status.DEGRADED : Health.Status.UP;
    return Health.of(status, details);
  }
}
