package app.galion.health;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holds the current snapshot and replaces it.
 *
 * <p>A snapshot knows when the first of its facts grows too old. Whoever reads it later than that,
 * timer or prober, has it drawn up anew; so a dead timer cannot keep an old "ready" alive. Drawing
 * up takes memory reads only and no foreign code runs under the lock.
 */
final class Board {

  private static final long STALLED_AFTER = Duration.ofSeconds(10).toNanos();
  private static final long NEVER = Long.MAX_VALUE / 2;

  private final Object lock = new Object();
  private final String service;
  private final Ticker ticker;
  private final InstantSource clock;
  private final List<Monitor> monitors;
  private final Map<String, List<String>> groups;
  private final Panic panic;
  private final Journal journal;
  private Phase phase = Phase.STARTING;
  private boolean watched;
  private volatile long lastTurn;
  private volatile HealthSnapshot current;

  Board(HealthEngine.Builder settings, List<Monitor> monitors, Panic panic, Journal journal) {
    this.service = settings.id.name();
    this.ticker = settings.ticker;
    this.clock = settings.clock;
    this.groups = Map.copyOf(settings.groups);
    this.monitors = monitors;
    this.panic = panic;
    this.journal = journal;
    this.current = draw(ticker.read(), false);
  }

  HealthSnapshot read() {
    HealthSnapshot snapshot = current;
    if (!snapshot.expired(ticker.read())) {
      return snapshot;
    }
    synchronized (lock) {
      return current.expired(ticker.read()) ? publish() : current;
    }
  }

  HealthSnapshot publish() {
    synchronized (lock) {
      HealthSnapshot before = current;
      HealthSnapshot after = draw(ticker.read(), before.started());
      if (after.phase() == Phase.SERVING) {
        phase = Phase.SERVING;
      }
      current = after;
      journal.add(changes(before, after));
      return after;
    }
  }

  /** Moves forward only: a node that drains never serves again. */
  void advance(Phase next) {
    synchronized (lock) {
      if (next.compareTo(phase) > 0) {
        phase = next;
      }
      publish();
    }
  }

  void watchFrom(long now) {
    synchronized (lock) {
      watched = true;
      lastTurn = now;
      publish();
    }
  }

  void turned(long now) {
    lastTurn = now;
    if (current.schedulerStalled()) {
      publish();
    }
  }

  private HealthSnapshot draw(long now, boolean started) {
    long idle = now - lastTurn;
    boolean watching = watched && phase != Phase.STOPPED;
    Assessment node =
        Assessment.of(
            monitors,
            new Assessment.Basis(
                service,
                phase,
                watched,
                started,
                panic.failing(now),
                watching && idle >= STALLED_AFTER,
                watching ? lastTurn + STALLED_AFTER : now + NEVER),
            now);
    return new HealthSnapshot(node, Pages.of(node, groups));
  }

  private List<Journal.Entry> changes(HealthSnapshot before, HealthSnapshot after) {
    List<Journal.Entry> changes = new ArrayList<>();
    Instant at = clock.instant();
    for (Monitor monitor : monitors) {
      CheckView was = before.check(monitor.name);
      CheckView is = after.check(monitor.name);
      if (was != null && is != null && was.state() != is.state()) {
        ErrorCode code = is.state() == CheckState.UP ? ErrorCode.NONE : is.code();
        changes.add(
            new Journal.Entry(
                new Transition(
                    Transition.Subject.CHECK,
                    is.name(),
                    was.state().text(),
                    is.state().text(),
                    code,
                    at),
                monitor.course().standing().last().message()));
      }
    }
    node(
        changes,
        Transition.Subject.LIVENESS,
        before.live() ? "alive" : "dead",
        after.live() ? "alive" : "dead",
        at);
    node(
        changes,
        Transition.Subject.READINESS,
        before.ready() ? "ready" : "not_ready",
        after.ready() ? "ready" : "not_ready",
        at);
    node(changes, Transition.Subject.PHASE, before.phase().text(), after.phase().text(), at);
    return changes;
  }

  private void node(
      List<Journal.Entry> changes, Transition.Subject subject, String from, String to, Instant at) {
    if (!from.equals(to)) {
      changes.add(
          new Journal.Entry(new Transition(subject, service, from, to, ErrorCode.NONE, at), ""));
    }
  }
}
