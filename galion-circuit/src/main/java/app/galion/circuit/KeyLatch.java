package app.galion.circuit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * What stands between one key and a vendor that is well: a latch after a quota or key error, a wait
 * after a rate limit. The gate behind it never hears of either.
 */
final class KeyLatch implements Refusal.Refuser {

  private static final long MAX_WAIT = Duration.ofMinutes(10).toNanos();
  private static final System.Logger LOG = System.getLogger(VendorCircuit.class.getName());

  final Gate gate;
  final String key;
  private final AtomicReference<@Nullable Hold> hold = new AtomicReference<>();
  private final Refusal refusal = new Refusal(this, null);

  /* since: a call that started later and succeeded proves it over. */
  private record Hold(Verdict why, long since, long until) {}

  KeyLatch(Gate gate, String key) {
    this.gate = gate;
    this.key = key;
  }

  VendorPermit tryAcquire() {
    long now = gate.ticker.read();
    Hold held = hold.get();
    if (held != null && !passes(held, now)) {
      gate.counters.refusedKey.increment();
      return refusal;
    }
    return gate.tryAcquire(this, now);
  }

  /* When it is over, a wait is forgotten; a latch lets one call look, and the next a lease later. */
  private boolean passes(Hold held, long now) {
    if (now - held.until < 0) {
      return false;
    }
    long lease = gate.profile.times.trialNanos();
    Hold next = held.why.latches() ? new Hold(held.why, held.since, now + lease) : null;
    return hold.compareAndSet(held, next);
  }

  void completed(Grant grant, Verdict verdict) {
    long now = gate.ticker.read();
    if (verdict.outcome() == Outcome.OK) {
      Hold held = hold.get();
      if (held != null && grant.start - held.since > 0 && hold.compareAndSet(held, null)) {
        LOG.log(System.Logger.Level.INFO, () -> name() + " is accepted again");
      }
    } else if (verdict.latches()) {
      hold(verdict, now, gate.profile.open.latch().toNanos());
    } else if (verdict.retryAfter() != null && paced(verdict.outcome())) {
      double wait = gate.profile.open.later(verdict.retryAfter().toNanos(), gate.random);
      hold(verdict, now, Math.min(MAX_WAIT, (long) wait));
    }
    gate.completed(grant, verdict, now);
  }

  private static boolean paced(Outcome outcome) {
    return outcome == Outcome.THROTTLE || outcome == Outcome.RAMP || outcome == Outcome.CONCURRENCY;
  }

  private void hold(Verdict why, long now, long nanos) {
    Hold next = new Hold(why, now, now + nanos);
    Hold before = hold.getAndUpdate(held -> held != null && stronger(held, next) ? held : next);
    if (why.latches() && (before == null || !before.why.latches())) {
      LOG.log(System.Logger.Level.WARNING, () -> gate.id + ": " + describe());
    }
  }

  private static boolean stronger(Hold held, Hold next) {
    if (held.why.latches() != next.why.latches()) {
      return held.why.latches();
    }
    return held.until - next.until > 0;
  }

  void reset() {
    hold.set(null);
  }

  boolean latched() {
    Hold held = hold.get();
    return held != null && held.why.latches();
  }

  long heldNanos() {
    Hold held = hold.get();
    return held == null ? 0 : Math.max(0, held.until - gate.ticker.read());
  }

  @Nullable String describe() {
    Hold held = hold.get();
    long left = heldNanos();
    if (held == null || (left == 0 && !held.why.latches())) {
      return null;
    }
    String when = left == 0 ? "a call may look again now" : "next in " + Explanation.seconds(left);
    String what = held.why.latches() ? " is refused: " : " waits: ";
    String until = held.why.latches() ? "; resetLatch() when that is mended" : "";
    return name() + what + held.why.outcome() + ", " + held.why.evidence() + "; " + when + until;
  }

  private String name() {
    return "key '" + key + "'";
  }

  @Override
  public long retryAfterNanos(@Nullable GateState state) {
    return heldNanos();
  }

  @Override
  public CircuitOpenException explain(@Nullable GateState state) {
    Hold held = hold.get();
    long nanos = heldNanos();
    String text = describe();
    return new CircuitOpenException(
        gate.id,
        gate.id + ": " + (text == null ? name() + " had to wait until now" : text),
        Refusal.duration(nanos),
        held == null ? Outcome.LOCAL : held.why.outcome(),
        held == null ? null : held.why.code(),
        gate.instant(nanos));
  }
}
