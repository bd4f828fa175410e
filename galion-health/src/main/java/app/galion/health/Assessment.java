package app.galion.health;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The verdict on the node, drawn from all its checks at one moment. Pure. */
record Assessment(
    String service,
    Phase phase,
    boolean live,
    boolean ready,
    boolean started,
    boolean panic,
    boolean schedulerStalled,
    List<String> degraded,
    List<String> pending,
    Map<String, CheckView> checks,
    Map<String, CheckView> livenessChecks,
    boolean expires,
    long validUntil) {

  static final String SCHEDULER = "scheduler";

  /** What the verdict rests on besides the checks. */
  record Basis(
      String service,
      Phase phase,
      boolean running,
      boolean started,
      Set<String> fleetFailing,
      boolean stalled,
      long stallsAt) {}

  static Assessment of(List<Monitor> monitors, Basis basis, long now) {
    Map<String, CheckView> checks = new LinkedHashMap<>();
    Map<String, CheckView> liveness = new LinkedHashMap<>();
    List<String> degraded = new ArrayList<>();
    List<String> pending = new ArrayList<>();
    boolean live = true;
    boolean panic = false;
    long left = Long.MAX_VALUE;
    if (!basis.stalled() && basis.phase() != Phase.STOPPED) {
      left = basis.stallsAt() - now;
    }
    for (Monitor monitor : monitors) {
      Course course = monitor.course();
      Standing standing = course.standing();
      if (standing.seen() && !standing.stale(now, monitor.plan)) {
        left = Math.min(left, standing.at() + monitor.plan.maxAge() - now);
      }
      if (monitor.role == Monitor.Role.METRICS) {
        continue;
      }
      CheckView view = view(monitor, course, now);
      if (monitor.role == Monitor.Role.LIVENESS) {
        liveness.put(view.name(), view);
        live &= view.state() != CheckState.DOWN;
        continue;
      }
      checks.put(view.name(), view);
      boolean works = view.state().works();
      boolean overruled =
          view.impact() == Impact.CRITICAL
              && view.scope() == Scope.SHARED
              && view.state() == CheckState.DOWN
              && basis.fleetFailing().contains(view.name());
      panic |= overruled;
      if (view.impact() == Impact.CRITICAL && !works && !overruled) {
        pending.add(view.name());
      }
      boolean missed = (view.impact() == Impact.DEGRADING && !works) || overruled;
      if (missed || (view.impact() != Impact.INFO && view.state() == CheckState.DEGRADED)) {
        degraded.add(view.name());
      }
    }
    if (basis.stalled()) {
      degraded.add(SCHEDULER);
    }
    boolean able = pending.isEmpty();
    boolean opens = basis.phase() == Phase.STARTING && basis.running() && able && !panic;
    Phase phase = opens ? Phase.SERVING : basis.phase();
    return new Assessment(
        basis.service(),
        phase,
        live,
        able && phase == Phase.SERVING,
        basis.started() || phase == Phase.SERVING,
        panic && able,
        basis.stalled(),
        List.copyOf(degraded),
        List.copyOf(pending),
        Collections.unmodifiableMap(checks),
        Collections.unmodifiableMap(liveness),
        left != Long.MAX_VALUE,
        now + left);
  }

  private static CheckView view(Monitor monitor, Course course, long now) {
    Standing standing = course.standing();
    return new CheckView(
        monitor.name,
        standing.stateAt(now, monitor.plan),
        standing.codeAt(now, monitor.plan),
        monitor.impact,
        monitor.plan.scope(),
        course.stuck());
  }
}
