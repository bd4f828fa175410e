package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * The state of a gate. The instance is the epoch: a call keeps the one that admitted it, its result
 * counts while that instance is current, and a transition replaces exactly the instance it was
 * decided on.
 */
sealed interface GateState {

  /* Failures in a row. first: when the oldest of them was seen. */
  record Run(int count, long first) {
    static final Run NONE = new Run(0, 0);
  }

  /* One opening and what followed: kept from state to state until the circuit is closed again. */
  record Episode(int trips, Instant openedAt, String why, int failures, Evidence last) {}

  /* A failure, as it was seen. */
  record Evidence(Instant at, Verdict verdict) {}

  final class Closed implements GateState {
    final AtomicReference<Run> runs = new AtomicReference<>(Run.NONE);

    Run run() {
      return requireNonNull(runs.get());
    }
  }

  final class Open implements GateState {
    final Episode episode;
    final long until;
    final Refusal refusal;

    Open(Gate gate, Episode episode, long until) {
      this.episode = episode;
      this.until = until;
      this.refusal = new Refusal(gate, this);
    }
  }

  /* leased: a trial runs, and its place is free again at leaseUntil should it never end. */
  final class HalfOpen implements GateState {
    final Episode episode;
    final boolean leased;
    final long leaseUntil;
    final Refusal refusal;

    HalfOpen(Gate gate, Episode episode, boolean leased, long leaseUntil) {
      this.episode = episode;
      this.leased = leased;
      this.leaseUntil = leaseUntil;
      this.refusal = new Refusal(gate, this);
    }
  }

  final class Ramp implements GateState {
    final Episode episode;
    final long start;
    final AtomicInteger inFlight = new AtomicInteger();
    final Refusal refusal;

    Ramp(Gate gate, Episode episode, long start) {
      this.episode = episode;
      this.start = start;
      this.refusal = new Refusal(gate, this);
    }
  }

  final class Forced implements GateState {
    final String reason;
    final Instant since;
    final @Nullable Evidence last;
    final Refusal refusal;

    Forced(Gate gate, String reason, Instant since, @Nullable Evidence last) {
      this.reason = reason;
      this.since = since;
      this.last = last;
      this.refusal = new Refusal(gate, this);
    }
  }
}
