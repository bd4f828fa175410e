package app.galion.ratelimit;

import app.galion.spi.Permit;

/** A denied decision as a permit. */
final class Refusal implements Permit {

  private final Decision decision;

  Refusal(Decision decision) {
    this.decision = decision;
  }

  @Override
  public boolean granted() {
    return false;
  }

  @Override
  public long retryAfterNanos() {
    return decision.retryAfterNanos();
  }

  @Override
  public void success() {}

  @Override
  public void failure(Throwable error) {}

  @Override
  public void ignore() {}
}
