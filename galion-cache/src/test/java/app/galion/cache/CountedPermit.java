package app.galion.cache;

import app.galion.spi.Permit;
import java.util.concurrent.atomic.AtomicInteger;

/** A permit that is granted, and counts how what it was granted for ended. */
record CountedPermit(AtomicInteger successes, AtomicInteger failures, AtomicInteger ignored)
    implements Permit {
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
    successes.incrementAndGet();
  }

  @Override
  public void failure(Throwable error) {
    failures.incrementAndGet();
  }

  @Override
  public void ignore() {
    ignored.incrementAndGet();
  }
}
