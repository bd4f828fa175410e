package app.galion.health;

import static java.lang.System.Logger.Level.WARNING;

import app.galion.spi.ComponentId;
import app.galion.spi.Fleet;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells the fleet which shared critical checks fail here, and finds those that fail on more of it
 * than the threshold. Refreshed by the timer; a view older than 10 s counts for nothing, and so
 * does a fleet of one.
 */
final class Panic {

  private static final long REFRESH = Duration.ofSeconds(1).toNanos();
  private static final long BELIEVED = Duration.ofSeconds(10).toNanos();
  private static final System.Logger LOG = System.getLogger(Panic.class.getName());

  private record View(Set<String> failing, long at) {}

  private final ComponentId id;
  private final @Nullable Fleet fleet;
  private final double threshold;
  private final List<Monitor> shared;
  private volatile View view;
  private boolean warned;

  Panic(
      ComponentId id,
      @Nullable Fleet fleet,
      double threshold,
      List<Monitor> monitors,
      Ticker ticker) {
    this.id = id;
    this.fleet = fleet;
    this.threshold = threshold;
    this.shared =
        monitors.stream()
            .filter(m -> m.role == Monitor.Role.READINESS)
            .filter(m -> m.impact == Impact.CRITICAL && m.plan.scope() == Scope.SHARED)
            .toList();
    this.view = new View(Set.of(), ticker.read() - REFRESH);
  }

  boolean due(long now) {
    return fleet != null && !shared.isEmpty() && now - view.at() >= REFRESH;
  }

  /** Called by the timer alone. Returns whether the view changed. */
  boolean refresh(long now) {
    Fleet nodes = fleet;
    if (nodes == null) {
      return false;
    }
    Set<String> failing = new TreeSet<>();
    try {
      int size = nodes.size();
      for (Monitor monitor : shared) {
        String topic = topic(monitor);
        nodes.post(topic, monitor.stateAt(now) == CheckState.DOWN ? "down" : "");
        if (size > 1 && nodes.posts(topic).size() > threshold * size) {
          failing.add(monitor.name);
        }
      }
      warned = false;
    } catch (RuntimeException trouble) {
      failing.clear();
      if (!warned) {
        warned = true;
        LOG.log(WARNING, id + ": the fleet cannot be asked, panic threshold is off", trouble);
      }
    }
    boolean changed = !failing.equals(view.failing());
    view = new View(failing, now);
    return changed;
  }

  /** A node that has stopped has no say. */
  void withdraw() {
    Fleet nodes = fleet;
    if (nodes == null) {
      return;
    }
    try {
      shared.forEach(monitor -> nodes.post(topic(monitor), ""));
    } catch (RuntimeException trouble) {
      LOG.log(WARNING, id + ": the fleet could not be told that this node stops", trouble);
    }
  }

  private String topic(Monitor monitor) {
    return "health:" + id.name() + ":" + monitor.name;
  }

  Set<String> failing(long now) {
    View known = view;
    return now - known.at() < BELIEVED ? known.failing() : Set.of();
  }
}
