package app.galion.health;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Goes round the checks: starts what is due, counts what is late, has the board drawn anew. */
final class Rounds {

  private final Ticker ticker;
  private final Workshop workshop;
  private final List<Monitor> monitors;
  private final Journal journal;
  private final Panic panic;
  private final Board board;
  private final @Nullable Timer timer;
  private volatile boolean closed;

  Rounds(HealthEngine.Builder settings, Map<String, Plan> plans, Workshop workshop) {
    this.ticker = settings.ticker;
    this.workshop = workshop;
    this.timer = workshop.timed ? new Timer(settings.id.name(), ticker, this::turn) : null;
    List<Monitor> all = new ArrayList<>();
    for (Registration registration : settings.registrations) {
      Plan plan = requireNonNull(plans.get(registration.key()), "plan");
      all.add(
          new Monitor(
              registration,
              plan,
              ticker,
              settings.random,
              workshop.worker(registration.key()),
              this::changed));
    }
    this.monitors = List.copyOf(all);
    this.journal = new Journal(settings.id, settings.listeners, workshop.listeners());
    this.panic = new Panic(settings.id, settings.fleet, settings.panicThreshold, monitors, ticker);
    this.board = new Board(settings, monitors, panic, journal);
  }

  void start() {
    board.watchFrom(ticker.read());
    if (timer != null) {
      timer.start();
    }
  }

  /** Does what is due and returns the nanoseconds until something is again. */
  long turn() {
    long now = ticker.read();
    board.turned(now);
    monitors.forEach(monitor -> monitor.turn(now));
    if (panic.due(now) && panic.refresh(now)) {
      board.publish();
    }
    board.read();
    long wait = Long.MAX_VALUE;
    for (Monitor monitor : monitors) {
      wait = Math.min(wait, monitor.nextEvent() - now);
    }
    return wait;
  }

  private void changed() {
    if (closed) {
      return;
    }
    board.publish();
    if (timer != null) {
      timer.wake();
    }
  }

  void close() {
    closed = true;
    board.advance(Phase.STOPPED);
    journal.close();
    panic.withdraw();
    if (timer != null) {
      timer.close();
    }
    workshop.close();
  }

  Board board() {
    return board;
  }

  List<Monitor> monitors() {
    return monitors;
  }

  List<Journal.Entry> transitions() {
    return journal.last();
  }
}
