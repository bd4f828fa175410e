package app.galion.reference;

import app.galion.ratelimit.Decision;
import app.galion.spi.ComponentId;
import app.galion.spi.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A vendor's account is used up, so the call was not made. */
final class VendorBusyException extends RejectedException {

  private static final long serialVersionUID = 1L;
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Instant retryAt;

  VendorBusyException(ComponentId limiter, Decision decision, InstantSource clock) {
    super(limiter, limiter + ": " + decision, bounded(decision.retryAfter()));
    this.retryAt = clock.instant().plus(retryAfter());
  }

  private static Duration bounded(Duration wait) {
    return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
  }

  Instant retryAt() {
    return retryAt;
  }
}
