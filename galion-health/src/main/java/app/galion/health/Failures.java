package app.galion.health;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/** Finds the public code for anything a check may throw. */
final class Failures {

  private static final int MAX_CAUSES = 16;

  private Failures() {}

  static CheckResult classify(Throwable thrown) {
    return CheckResult.down(code(thrown), describe(thrown));
  }

  static ErrorCode code(Throwable thrown) {
    Throwable cause = thrown;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      ErrorCode code = codeOf(cause);
      if (code != ErrorCode.FAILED) {
        return code;
      }
      cause = cause.getCause();
    }
    return ErrorCode.FAILED;
  }

  private static ErrorCode codeOf(Throwable thrown) {
    if (thrown instanceof SocketTimeoutException || thrown instanceof TimeoutException) {
      return ErrorCode.TIMEOUT;
    }
    if (thrown instanceof UnknownHostException) {
      return ErrorCode.DNS;
    }
    if (thrown instanceof SocketException) {
      return ErrorCode.REFUSED;
    }
    return ErrorCode.FAILED;
  }

  /** The text of an exception is foreign code too: it may throw, return null or be endless. */
  static String describe(Throwable thrown) {
    String type = thrown.getClass().getName();
    try {
      String message = thrown.getMessage();
      return message == null ? type : type + ": " + message;
    } catch (RuntimeException | Error unreadable) {
      return type + " (its message cannot be read: " + unreadable.getClass().getName() + ")";
    }
  }
}
