package app.galion.circuit;

import app.galion.circuit.GateState.Closed;
import app.galion.circuit.GateState.Episode;
import app.galion.circuit.GateState.Evidence;
import app.galion.circuit.GateState.Forced;
import app.galion.circuit.GateState.HalfOpen;
import app.galion.circuit.GateState.Open;
import app.galion.circuit.GateState.Ramp;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/* Says in words what the gate and the key's latch are doing, and why. */
final class Explanation {

  private final Gate gate;

  Explanation(Gate gate) {
    this.gate = gate;
  }

  String of(GateState state) {
    if (state instanceof Open open) {
      long left = gate.retryAfterNanos(open);
      String next = left == 0 ? "a trial is due" : "next trial in " + seconds(left);
      return "OPEN" + since(open.episode) + "; " + next;
    }
    if (state instanceof HalfOpen half) {
      String next =
          half.leased
              ? "a trial call runs, for at most " + lease(half) + " more"
              : "a trial is due";
      return "HALF OPEN: opened" + since(half.episode) + "; " + next;
    }
    if (state instanceof Ramp ramp) {
      long elapsed = gate.ticker.read() - ramp.start;
      long left = Math.max(0, gate.profile.open.ramp().toNanos() - elapsed);
      return "closed after a good trial, letting a growing share of parallel calls through; all in "
          + seconds(left);
    }
    if (state instanceof Forced forced) {
      return "OPEN by order since " + forced.since + " (" + forced.reason + "); until forceClose";
    }
    return closed((Closed) state);
  }

  private String closed(Closed closed) {
    int count = closed.run().count();
    if (count == 0) {
      return "closed";
    }
    Evidence last = gate.lastFailure();
    return "closed with "
        + gate.profile.trip.inARow(count)
        + (last == null ? "" : ", last " + last.verdict().evidence());
  }

  private String lease(HalfOpen half) {
    return seconds(Math.max(0, half.leaseUntil - gate.ticker.read()));
  }

  private String since(Episode episode) {
    Duration ago = Duration.between(episode.openedAt(), gate.clock.instant());
    return " since "
        + Math.max(0, ago.toSeconds())
        + " s: "
        + episode.why()
        + ", last "
        + episode.last().verdict().evidence();
  }

  static String seconds(long nanos) {
    return (nanos + 999_999_999L) / 1_000_000_000L + " s";
  }

  CircuitStatus status(KeyLatch latch) {
    GateState state = gate.current();
    Evidence last = gate.lastFailure();
    String held = latch.describe();
    String text = held == null ? of(state) : of(state) + "; " + held;
    return new CircuitStatus(
        gate.id.name(),
        shown(state),
        failures(state),
        last == null ? null : last.at(),
        openedAt(state),
        retryAt(state, latch),
        text);
  }

  private CircuitStatus.State shown(GateState state) {
    if (state instanceof HalfOpen || (state instanceof Open && gate.retryAfterNanos(state) == 0)) {
      return CircuitStatus.State.HALF_OPEN;
    }
    return state instanceof Open || state instanceof Forced
        ? CircuitStatus.State.OPEN
        : CircuitStatus.State.CLOSED;
  }

  private static int failures(GateState state) {
    if (state instanceof Closed closed) {
      return closed.run().count();
    }
    if (state instanceof Open open) {
      return open.episode.failures();
    }
    return state instanceof HalfOpen half ? half.episode.failures() : 0;
  }

  private static @Nullable Instant openedAt(GateState state) {
    if (state instanceof Open open) {
      return open.episode.openedAt();
    }
    if (state instanceof HalfOpen half) {
      return half.episode.openedAt();
    }
    return state instanceof Forced forced ? forced.since : null;
  }

  private @Nullable Instant retryAt(GateState state, KeyLatch latch) {
    if (state instanceof Forced) {
      return null;
    }
    long nanos = latch.heldNanos();
    if (state instanceof Open || state instanceof HalfOpen) {
      nanos = Math.max(nanos, gate.retryAfterNanos(state));
    } else if (nanos == 0) {
      return null;
    }
    return gate.instant(nanos);
  }
}
