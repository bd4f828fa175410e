package app.galion.health;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Writes {@code /health/detailed}, the only body with text that came from outside. */
final class Details {

  private static final int FRAMES = 12;
  private static final long MILLI = 1_000_000;

  private Details() {}

  static String text(
      HealthSnapshot node,
      List<Monitor> monitors,
      List<Journal.Entry> journal,
      long now,
      long clockMillis,
      long uptimeSeconds) {
    Json json = new Json().open().field("status", node.ready() ? "healthy" : "unhealthy");
    Pages.booleans(json, node.checks().values());
    json.key("timestamp").seconds(clockMillis);
    metrics(json, monitors, now);
    json.field("service", node.service()).field("uptime_seconds", uptimeSeconds);
    json.key("degraded").list(node.degraded());
    json.field("phase", node.phase().text()).field("panic", node.panic());
    json.field("live", node.live()).field("scheduler_stalled", node.schedulerStalled());
    json.key("details").open();
    monitors.forEach(monitor -> check(json, monitor, now));
    json.close().key("transitions").open('[');
    journal.forEach(entry -> transition(json, entry));
    return json.close(']').close().toString();
  }

  private static void metrics(Json json, List<Monitor> monitors, long now) {
    json.key("metrics").open();
    for (Monitor monitor : monitors) {
      Standing standing = monitor.course().standing();
      if (monitor.role == Monitor.Role.METRICS && standing.stateAt(now, monitor.plan).works()) {
        json.key(monitor.name).map(standing.last().data());
      }
    }
    json.close();
  }

  private static void check(Json json, Monitor monitor, long now) {
    Course course = monitor.course();
    Standing standing = course.standing();
    boolean metrics = monitor.role == Monitor.Role.METRICS;
    json.key(metrics ? "metrics." + monitor.name : monitor.name).open();
    json.field("status", standing.stateAt(now, monitor.plan).text());
    json.field("code", standing.codeAt(now, monitor.plan).text());
    if (monitor.role == Monitor.Role.READINESS) {
      json.field("impact", lower(monitor.impact)).field("scope", lower(monitor.plan.scope()));
    } else {
      json.field("impact", lower(monitor.role));
    }
    json.field("since_ms", (now - standing.since()) / MILLI);
    if (standing.seen()) {
      json.field("age_ms", (now - standing.at()) / MILLI);
      json.field("last_duration_ms", standing.duration() / MILLI);
    }
    json.field("consecutive_failures", standing.failures());
    json.field("interval_ms", monitor.plan.interval() / MILLI);
    if (course.stuck() && course.run() != null) {
      json.field("stuck_for_ms", (now - course.run().startedAt()) / MILLI);
      json.key("stuck_at").list(Arrays.stream(monitor.stuckAt()).limit(FRAMES).toList());
    }
    if (!standing.last().message().isEmpty()) {
      json.field("message", standing.last().message());
    }
    if (!metrics && !standing.last().data().isEmpty()) {
      json.key("data").map(standing.last().data());
    }
    json.close();
  }

  private static void transition(Json json, Journal.Entry entry) {
    Transition transition = entry.transition();
    json.open().key("at").seconds(transition.at().toEpochMilli());
    json.field("subject", lower(transition.subject())).field("name", transition.name());
    json.field("from", transition.from()).field("to", transition.to());
    json.field("code", transition.code().text()).close();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
