package app.galion.circuit;

import app.galion.spi.RejectedException;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/* What an exception says about the vendor, when no answer does. */
final class ErrorVerdict {

  static final Verdict IGNORED = Verdict.of(Outcome.LOCAL, "ignored");

  private ErrorVerdict() {}

  /* Thrown somewhere in the work: only what looks like the network's counts against the vendor. */
  static Verdict of(Throwable error) {
    Verdict known = known(error);
    return known != null ? known : Verdict.of(Outcome.LOCAL, text(error));
  }

  /* Declared to be a failure by who made the call. */
  static Verdict ofFailure(Throwable error) {
    Verdict known = known(error);
    return known != null ? known : Verdict.of(Outcome.SERVER, text(error));
  }

  private static @Nullable Verdict known(Throwable error) {
    if (error instanceof VendorException vendor) {
      return vendor.verdict();
    }
    if (error instanceof RejectedException
        || error instanceof InterruptedException
        || error instanceof CancellationException) {
      return Verdict.of(Outcome.LOCAL, text(error));
    }
    return error instanceof IOException ? Verdict.of(Outcome.TRANSPORT, text(error)) : null;
  }

  static String text(Throwable error) {
    String message = error.getMessage();
    String name = error.getClass().getSimpleName();
    return message == null || message.isBlank() ? name : name + ": " + message;
  }
}
