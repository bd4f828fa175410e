package app.galion.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/** Notices lines on which calls wait without any answer, and asks them until one comes. */
final class Suspicion {

  private static final Logger LOG = System.getLogger("app.galion.redis");
  private static final long PROBE_MILLIS = 100;

  private final LinkCore core;

  Suspicion(LinkCore core) {
    this.core = core;
  }

  /* On the deadlines' thread, while calls wait. */
  void patrol() {
    long now = core.ticker().read();
    long limit = core.settings().suspectAfter().toNanos();
    for (Node node : core.route().nodes()) {
      Line line = node.line();
      if (line != null && line.suspectIfSilent(now, limit)) {
        core.counters().suspicions.increment();
        core.keeper().run(() -> suspected(node, line));
      }
    }
  }

  private void suspected(Node node, Line line) {
    core.troubled("no answer from " + node.address() + " while calls wait");
    core.route().refresh();
    LOG.log(
        Level.WARNING,
        () ->
            core.id()
                + " is SUSPECT: no answer from "
                + node.address()
                + " for "
                + core.settings().suspectAfter().toMillis()
                + " ms while "
                + line.waiting()
                + " calls wait; new calls to it fail at once, a PING every "
                + PROBE_MILLIS
                + " ms finds out");
    probe(node, line);
  }

  private void probe(Node node, Line line) {
    if (node.line() == line && line.suspect()) {
      node.probe();
      core.keeper().runAfter(TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS), () -> probe(node, line));
    }
  }

  /* A suspect line has answered; on a network thread. */
  void allayed(Line line) {
    core.keeper()
        .run(
            () -> {
              LOG.log(Level.INFO, () -> core.id() + " hears " + line.node().address() + " again");
              core.troubled("");
            });
  }
}
