package app.galion.ratelimit;

import app.galion.spi.Permit;

/** A lease as a permit, whose end it is. */
record LeasePermit(Reservation reservation) implements Permit {

  @Override
  public boolean granted() {
    return true;
  }

  @Override
  public long retryAfterNanos() {
    return 0;
  }

  @Override
  public void success() {
    reservation.close();
  }

  @Override
  public void failure(Throwable error) {
    reservation.close();
  }

  @Override
  public void ignore() {
    reservation.close();
  }
}
