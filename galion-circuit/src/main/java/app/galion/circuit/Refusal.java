package app.galion.circuit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/* A state's one refusal, shared by all that it refuses. */
final class Refusal implements VendorPermit {

  /* What refuses, and can say so later. */
  interface Refuser {
    long retryAfterNanos(@Nullable GateState state);

    CircuitOpenException explain(@Nullable GateState state);
  }

  private final Refuser refuser;
  private final @Nullable GateState state;

  Refusal(Refuser refuser, @Nullable GateState state) {
    this.refuser = refuser;
    this.state = state;
  }

  static Duration duration(long nanos) {
    return nanos == Long.MAX_VALUE ? Duration.ofDays(365) : Duration.ofNanos(nanos);
  }

  @Override
  public boolean granted() {
    return false;
  }

  @Override
  public long retryAfterNanos() {
    return refuser.retryAfterNanos(state);
  }

  @Override
  public CircuitOpenException refusal() {
    return refuser.explain(state);
  }

  @Override
  public void complete(Verdict verdict) {}

  @Override
  public void success() {}

  @Override
  public void failure(Throwable error) {}

  @Override
  public void ignore() {}
}
