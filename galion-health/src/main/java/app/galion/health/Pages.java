package app.galion.health;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The public bodies of one snapshot, written once: only the moving figure, the time of day or the
 * uptime, is put in when one is asked for. Nothing but names, states and codes comes in here.
 */
record Pages(Page health, Page live, Page ready, Page startup, Map<String, Page> groups) {

  /** The figure that moves between two answers from one snapshot. */
  enum Stamp {
    NONE,
    CLOCK,
    UPTIME
  }

  /** One body: what stands before the moving figure, and after it. */
  record Page(int status, String before, Stamp stamp, String after) {

    String text(long clockMillis, long uptimeSeconds) {
      return switch (stamp) {
        case NONE -> before;
        case CLOCK -> before + new Json().seconds(clockMillis) + after;
        case UPTIME -> before + uptimeSeconds + after;
      };
    }
  }

  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  static Pages of(Assessment node, Map<String, List<String>> groups) {
    Map<String, Page> rendered = new LinkedHashMap<>();
    groups.forEach((name, members) -> rendered.put(name, group(node, members)));
    return new Pages(health(node), live(node), ready(node), startup(node), rendered);
  }

  private static Page health(Assessment node) {
    Json before = new Json().open().field("status", "healthy").field("service", node.service());
    return new Page(OK, before.key("uptime_seconds").toString(), Stamp.UPTIME, "}");
  }

  private static Page live(Assessment node) {
    Json before =
        new Json()
            .open()
            .field("status", node.live() ? "alive" : "dead")
            .field("service", node.service())
            .key("uptime_seconds");
    if (node.live()) {
      return new Page(OK, before.toString(), Stamp.UPTIME, "}");
    }
    List<String> reasons =
        node.livenessChecks().values().stream()
            .filter(view -> view.state() == CheckState.DOWN)
            .map(view -> view.name() + ":" + view.code().text())
            .toList();
    String after = tail(new Json().open().key("reasons").list(reasons).close());
    return new Page(UNAVAILABLE, before.toString(), Stamp.UPTIME, after);
  }

  private static Page ready(Assessment node) {
    Json before = new Json().open().field("status", node.ready() ? "ready" : "not_ready");
    booleans(before, node.checks().values());
    Json after =
        new Json()
            .open()
            .key("degraded")
            .list(node.degraded())
            .field("phase", node.phase().text())
            .field("panic", node.panic())
            .close();
    int status = node.ready() ? OK : UNAVAILABLE;
    return new Page(status, before.key("timestamp").toString(), Stamp.CLOCK, tail(after));
  }

  private static Page startup(Assessment node) {
    List<String> pending = node.started() ? List.of() : node.pending();
    Json body = new Json().open().field("status", node.started() ? "started" : "starting");
    String text = body.key("pending").list(pending).close().toString();
    return new Page(node.started() ? OK : UNAVAILABLE, text, Stamp.NONE, "");
  }

  private static Page group(Assessment node, List<String> members) {
    List<CheckView> views =
        node.checks().values().stream().filter(view -> members.contains(view.name())).toList();
    boolean healthy =
        views.stream().allMatch(view -> view.impact() == Impact.INFO || view.state().works());
    Json before = new Json().open().field("status", healthy ? "healthy" : "unhealthy");
    booleans(before, views);
    Json codes = new Json().open().key("codes").open();
    views.stream()
        .filter(view -> view.code() != ErrorCode.NONE)
        .forEach(view -> codes.field(view.name(), view.code().text()));
    return new Page(
        healthy ? OK : UNAVAILABLE,
        before.key("timestamp").toString(),
        Stamp.CLOCK,
        tail(codes.close().close()));
  }

  static void booleans(Json json, Iterable<CheckView> views) {
    json.key("checks").open();
    views.forEach(view -> json.field(view.name(), view.state().works()));
    json.close();
  }

  /** The fields of an object as they follow after others. */
  private static String tail(Json object) {
    return "," + object.toString().substring(1);
  }
}
