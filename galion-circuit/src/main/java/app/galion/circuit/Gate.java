package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import app.galion.circuit.GateState.Closed;
import app.galion.circuit.GateState.Episode;
import app.galion.circuit.GateState.Evidence;
import app.galion.circuit.GateState.Forced;
import app.galion.circuit.GateState.HalfOpen;
import app.galion.circuit.GateState.Open;
import app.galion.circuit.GateState.Ramp;
import app.galion.circuit.GateState.Run;
import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/*
 * Who may call. The state instance in `state` is the epoch: a result whose permit holds another one
 * is late and dropped. A transition is a compare-and-set on the instance it was decided on; whoever
 * wins it tells Resilience4j. What Resilience4j may see of a late result is bounded by the thread
 * that was suspended between the check and the record: one sample in a window, never an admission.
 */
final class Gate implements Refusal.Refuser {

  private static final double FIRST_SHARE = 0.1;
  private static final long PROBING_RETRY_NANOS = 1_000_000_000L;
  private static final System.Logger LOG = System.getLogger(VendorCircuit.class.getName());

  final ComponentId id;
  final VendorProfile profile;
  final Ticker ticker;
  final InstantSource clock;
  final DoubleSupplier random;
  final RateWindow window;
  final Counters counters = new Counters();
  private final AtomicReference<GateState> state = new AtomicReference<>(new Closed());
  private final long probeLease;
  private final long rampNanos;
  private volatile @Nullable Evidence lastFailure;

  Gate(
      ComponentId id,
      VendorProfile profile,
      Ticker ticker,
      InstantSource clock,
      DoubleSupplier random) {
    this.id = id;
    this.profile = profile;
    this.ticker = ticker;
    this.clock = clock;
    this.random = random;
    this.window = new RateWindow(id, profile, ticker);
    this.probeLease = profile.times.trialNanos();
    this.rampNanos = profile.open.ramp().toNanos();
  }

  GateState current() {
    return requireNonNull(state.get());
  }

  @Nullable Evidence lastFailure() {
    return lastFailure;
  }

  VendorPermit tryAcquire(KeyLatch latch, long now) {
    for (; ; ) {
      GateState now0 = current();
      VendorPermit permit;
      if (now0 instanceof Closed) {
        return new Grant(latch, now0, now);
      } else if (now0 instanceof Open open) {
        permit =
            now - open.until < 0 ? refuse(open.refusal) : probe(latch, open, open.episode, now);
      } else if (now0 instanceof HalfOpen half) {
        permit =
            half.leased && now - half.leaseUntil < 0
                ? refuse(half.refusal)
                : probe(latch, half, half.episode, now);
      } else if (now0 instanceof Ramp ramp) {
        permit = ramp(latch, ramp, now);
      } else {
        permit = refuse(((Forced) now0).refusal);
      }
      if (permit != null) {
        return permit;
      }
    }
  }

  private VendorPermit refuse(Refusal refusal) {
    counters.refused.increment();
    return refusal;
  }

  private @Nullable VendorPermit probe(KeyLatch latch, GateState from, Episode episode, long now) {
    HalfOpen probing = new HalfOpen(this, episode, true, now + probeLease);
    if (!move(from, probing, "a trial call is let through")) {
      return null;
    }
    // only for Resilience4j's own count; the lease is what admits
    boolean unused = window.breaker.tryAcquirePermission();
    return new Grant(latch, probing, now);
  }

  private @Nullable VendorPermit ramp(KeyLatch latch, Ramp ramp, long now) {
    long elapsed = now - ramp.start;
    if (elapsed >= rampNanos) {
      move(ramp, new Closed(), "all calls pass again");
      return null;
    }
    double share = FIRST_SHARE + (1 - FIRST_SHARE) * elapsed / rampNanos;
    int before = ramp.inFlight.getAndIncrement();
    if (before == 0 || random.getAsDouble() < share) {
      return new Grant(latch, ramp, now);
    }
    ramp.inFlight.decrementAndGet();
    return refuse(ramp.refusal);
  }

  /* The first byte of a stream: a trial has its answer, however long the stream goes on. */
  void alive(Grant grant) {
    if (grant.state instanceof HalfOpen half && state.get() == half) {
      GateState next = recovered(half);
      if (next != null) {
        grant.state = next;
        if (next instanceof Ramp ramp) {
          ramp.inFlight.incrementAndGet();
        }
      }
    }
  }

  void completed(Grant grant, Verdict verdict, long now) {
    GateState admitted = grant.state;
    if (admitted instanceof Ramp ramp) {
      ramp.inFlight.decrementAndGet();
    }
    long nanos = now - grant.start;
    counters.count(verdict, nanos);
    if (state.get() != admitted) {
      counters.late.increment();
      return;
    }
    switch (verdict.outcome().effect()) {
      case SUCCESS -> succeeded(grant, admitted, nanos);
      case FAILURE -> failed(admitted, verdict, nanos, now);
      case NEUTRAL, LATCH -> neutral(admitted);
    }
  }

  private void succeeded(Grant grant, GateState admitted, long nanos) {
    window.success(nanos);
    if (admitted instanceof Closed closed) {
      Run run = closed.run();
      // a call that started before the run began says nothing about its end
      while (run.count() > 0
          && grant.start - run.first() >= 0
          && !closed.runs.compareAndSet(run, Run.NONE)) {
        run = closed.run();
      }
      Evidence last = lastFailure;
      if (window.tripped() && last != null) { // this success was the call that filled the minimum
        open(closed, 0, profile.trip.byRate(), closed.run().count(), last, grant.start + nanos);
      }
    } else if (admitted instanceof HalfOpen half) {
      recovered(half);
    }
  }

  private @Nullable GateState recovered(HalfOpen half) {
    GateState next = rampNanos == 0 ? new Closed() : new Ramp(this, half.episode, ticker.read());
    return move(half, next, "the trial succeeded") ? next : null;
  }

  private void failed(GateState admitted, Verdict verdict, long nanos, long now) {
    Evidence evidence = new Evidence(clock.instant(), verdict);
    lastFailure = evidence;
    window.failure(nanos);
    if (admitted instanceof Closed closed) {
      int count = requireNonNull(closed.runs.updateAndGet(run -> longer(run, now))).count();
      if (profile.trip.tripsAt(count)) {
        open(closed, 0, profile.trip.inARow(count), count, evidence, now);
      } else if (window.tripped()) {
        open(closed, 0, profile.trip.byRate(), count, evidence, now);
      }
    } else if (admitted instanceof HalfOpen half) {
      reopen(half, half.episode, "the trial failed", evidence, now);
    } else if (admitted instanceof Ramp ramp) {
      reopen(ramp, ramp.episode, "a failure soon after the trial", evidence, now);
    }
  }

  private static Run longer(@Nullable Run run, long now) {
    return run == null || run.count() == 0
        ? new Run(1, now)
        : new Run(run.count() + 1, run.first());
  }

  private void neutral(GateState admitted) {
    if (admitted instanceof HalfOpen half) {
      HalfOpen free = new HalfOpen(this, half.episode, false, 0);
      if (move(half, free, "the trial told nothing")) {
        window.breaker.releasePermission();
      }
    }
  }

  private void reopen(GateState from, Episode old, String why, Evidence evidence, long now) {
    open(from, old.trips() + 1, why, old.failures() + 1, evidence, now);
  }

  private void open(
      GateState from, int trips, String why, int failures, Evidence evidence, long now) {
    Episode episode = new Episode(trips, evidence.at(), why, failures, evidence);
    long nanos = profile.open.nanos(trips, evidence.verdict().retryAfter(), random);
    String next = why + ", last " + evidence.verdict().evidence();
    move(from, new Open(this, episode, now + nanos), next);
  }

  void forceOpen(String reason) {
    for (; ; ) {
      GateState from = current();
      if (move(from, new Forced(this, reason, clock.instant(), lastFailure), reason)) {
        return;
      }
    }
  }

  void forceClose(String reason) {
    for (; ; ) {
      GateState from = current();
      if (move(from, new Closed(), reason)) {
        window.clear();
        window.follow(this);
        return;
      }
    }
  }

  private boolean move(GateState from, GateState to, String why) {
    if (!state.compareAndSet(from, to)) {
      return false;
    }
    window.follow(this);
    counters.transitions.increment();
    LOG.log(
        System.Logger.Level.INFO, () -> id + ": " + name(from) + " -> " + name(to) + ": " + why);
    return true;
  }

  private static String name(GateState state) {
    return state.getClass().getSimpleName();
  }

  @Override
  public long retryAfterNanos(@Nullable GateState refusing) {
    if (refusing instanceof Open open) {
      return Math.max(0, open.until - ticker.read());
    }
    if (refusing instanceof HalfOpen half) {
      long lease = half.leaseUntil - ticker.read();
      return Math.max(0, Math.min(lease, PROBING_RETRY_NANOS));
    }
    return refusing instanceof Ramp ? PROBING_RETRY_NANOS : Long.MAX_VALUE;
  }

  @Override
  public CircuitOpenException explain(@Nullable GateState refusing) {
    long nanos = retryAfterNanos(refusing);
    Evidence last = evidence(refusing);
    return new CircuitOpenException(
        id,
        id + " is " + new Explanation(this).of(refusing == null ? current() : refusing),
        Refusal.duration(nanos),
        last == null || refusing instanceof Forced ? Outcome.LOCAL : last.verdict().outcome(),
        last == null ? null : last.verdict().code(),
        instant(nanos));
  }

  private static @Nullable Evidence evidence(@Nullable GateState state) {
    if (state instanceof Open open) {
      return open.episode.last();
    }
    if (state instanceof HalfOpen half) {
      return half.episode.last();
    }
    if (state instanceof Ramp ramp) {
      return ramp.episode.last();
    }
    return state instanceof Forced forced ? forced.last : null;
  }

  @Nullable Instant instant(long nanosFromNow) {
    return nanosFromNow == Long.MAX_VALUE ? null : clock.instant().plusNanos(nanosFromNow);
  }
}
