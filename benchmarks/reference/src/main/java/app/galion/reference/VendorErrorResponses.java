package app.galion.reference;

import app.galion.circuit.VendorException;
import app.galion.spi.GalionException;
import app.galion.spi.RejectedException;
import io.javalin.config.RoutesConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What a vendor's failure means to the caller. */
final class VendorErrorResponses {

  private static final long DEFAULT_RETRY_SECONDS = 5;

  private VendorErrorResponses() {}

  static void install(RoutesConfig routes, InstantSource clock) {
    routes.exception(
        VendorException.class,
        (error, context) -> ErrorResponses.answer(of(error, clock), context));
    routes.exception(
        RejectedException.class,
        (error, context) -> ErrorResponses.answer(of(error, clock), context));
  }

  private static ApiError of(GalionException error, InstantSource clock) {
    return error instanceof VendorException made && made.outcome().callersFault()
        ? callersFault(made)
        : unavailable("the vendor", error, clock);
  }

  /** True for all that keeps a vendor's answer away; a caller's error becomes a 422 instead. */
  static boolean isOutage(GalionException error) {
    return !(error instanceof VendorException made && made.outcome().callersFault());
  }

  static ApiError callersFault(VendorException error) {
    String code = error.code().orElse("vendor_rejected_request");
    String message = error.vendorMessage().orElse("the vendor refuses this request");
    return new ApiError(422, code, message);
  }

  static ApiError unavailable(String what, GalionException error, InstantSource clock) {
    return new ApiError(503, "vendor_unavailable", what + " is unavailable; please try again later")
        .header("Retry-After", Long.toString(retryAfterSeconds(error, clock)));
  }

  private static long retryAfterSeconds(GalionException error, InstantSource clock) {
    if (error instanceof RejectedException refused && !refused.retryAfter().isZero()) {
      return Math.max(1, refused.retryAfter().plusNanos(999_999_999).toSeconds());
    }
    Instant retryAt = ChatReply.retryAt(error);
    return retryAt == null
        ? DEFAULT_RETRY_SECONDS
        : Math.max(
            1, Duration.between(clock.instant(), retryAt).plusNanos(999_999_999).toSeconds());
  }
}
