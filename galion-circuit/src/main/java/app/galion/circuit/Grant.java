package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/* Leave that was given, with the state that gave it. */
final class Grant implements VendorPermit {

  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(Grant.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final KeyLatch latch;
  final long start;

  /* Replaced once, by the state that this call's first byte brought about. */
  volatile GateState state;

  @SuppressWarnings("UnusedVariable") // through ENDED
  private volatile boolean ended;

  Grant(KeyLatch latch, GateState state, long start) {
    this.latch = latch;
    this.state = state;
    this.start = start;
  }

  @Override
  public boolean granted() {
    return true;
  }

  @Override
  public long retryAfterNanos() {
    return 0;
  }

  @Override
  public CircuitOpenException refusal() {
    throw new IllegalStateException("leave was granted; ask only when granted() is false");
  }

  @Override
  public void complete(Verdict verdict) {
    requireNonNull(verdict, "verdict");
    if (ENDED.compareAndSet(this, false, true)) {
      latch.completed(this, verdict);
    }
  }

  @Override
  public void success() {
    complete(Verdict.ok());
  }

  @Override
  public void failure(Throwable error) {
    complete(ErrorVerdict.ofFailure(requireNonNull(error, "error")));
  }

  @Override
  public void ignore() {
    complete(ErrorVerdict.IGNORED);
  }
}
