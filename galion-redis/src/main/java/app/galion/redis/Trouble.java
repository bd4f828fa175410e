package app.galion.redis;

import app.galion.redis.RedisUnavailableException.Reason;
import io.lettuce.core.RedisURI;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong, read from an exception, in words that give no secrets away. */
final class Trouble {

  private Trouble() {}

  static boolean answeredWithError(Throwable error) {
    return unwrap(error) instanceof RedisUnavailableException e && e.reason() == Reason.ERROR;
  }

  static boolean answered(Throwable error, String code) {
    Throwable cause = unwrap(error);
    String message = cause.getMessage();
    return answeredWithError(cause) && message != null && message.contains(": " + code);
  }

  static Throwable unwrap(Throwable error) {
    Throwable cause = error.getCause();
    return (error instanceof CompletionException || error instanceof ExecutionException)
            && cause != null
        ? unwrap(cause)
        : error;
  }

  static RuntimeException rethrow(Throwable error) {
    Throwable cause = unwrap(error);
    return cause instanceof RuntimeException e ? e : new CompletionException(cause);
  }

  /* The innermost cause in one line. Lettuce and the server name no secrets in theirs. */
  static String brief(Throwable error) {
    Throwable cause = error;
    for (Throwable next = cause.getCause(); next != null; next = next.getCause()) {
      cause = next;
    }
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  static String address(RedisURI uri) {
    if (!uri.getSentinels().isEmpty()) {
      StringBuilder out = new StringBuilder("primary '" + uri.getSentinelMasterId() + "' of");
      for (RedisURI sentinel : uri.getSentinels()) {
        out.append(' ').append(sentinel.getHost()).append(':').append(sentinel.getPort());
      }
      return out.toString();
    }
    return uri.getSocket() != null ? uri.getSocket() : uri.getHost() + ":" + uri.getPort();
  }
}
