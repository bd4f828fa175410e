package app.galion.reference;

import app.galion.cache.RemoteLoadException;
import app.galion.spi.Ticker;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * Every error as {@code {"error":code,"message":…}}; what nobody foresaw is a 500 and a log line.
 */
final class ErrorResponses {

  private static final System.Logger LOG = System.getLogger(ErrorResponses.class.getName());
  private static final long DRAIN_BYTES = 64L * 1024 * 1024;
  private static final String RETRY_SECONDS = "5";
  private static final Duration DRAIN_TIME = Duration.ofSeconds(5);

  private ErrorResponses() {}

  static Map<String, String> body(String code, String message) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("error", code);
    body.put("message", message);
    return body;
  }

  static void install(RoutesConfig routes) {
    routes.exception(ApiError.class, (error, context) -> answer(error, context));
    routes.exception(HttpResponseException.class, ErrorResponses::answer);
    routes.exception(
        EOFException.class,
        (error, context) -> answer(ApiError.badRequest("the body ended early"), context));
    routes.exception(Exception.class, ErrorResponses::unforeseen);
  }

  static void answer(ApiError error, Context context) {
    byte[] body = Json.bytes(body(error.code(), error.text()));
    context.status(error.status());
    error.headers().forEach(context::header);
    if (error.status() != 413) {
      context.contentType("application/json").result(body);
      return;
    }
    answerBeforeTheBodyEnds(context, body);
  }

  /*
   * A connection that is closed while the caller still sends is reset, and the answer lost with it.
   * So the answer goes out at once, and what still comes is thrown away for a bounded time.
   */
  private static void answerBeforeTheBodyEnds(Context context, byte[] body) {
    try {
      context.res().setContentType("application/json");
      context.res().setContentLength(body.length);
      context.res().setHeader("Connection", "close");
      context.res().getOutputStream().write(body);
      context.res().flushBuffer();
      if (context.req().getHeader("Expect") == null) {
        discard(context.req().getInputStream());
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a caller left before its 413 was read", e);
    }
  }

  private static void discard(InputStream body) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long left = DRAIN_BYTES;
    long start = Ticker.system().read();
    while (left > 0 && Ticker.system().read() - start < DRAIN_TIME.toNanos()) {
      int read = body.read(buffer);
      if (read < 0) {
        return;
      }
      left -= read;
    }
  }

  static void answer(HttpResponseException error, Context context) {
    int status = error.getStatus();
    if (status == 405) {
      String methods = error.getDetails().get("availableMethods");
      if (methods != null) {
        context.header("Allow", String.join(", ", new TreeSet<>(List.of(methods.split(", ")))));
      }
    }
    context.status(status).contentType("application/json");
    context.result(Json.bytes(body(JettyErrors.code(status), JettyErrors.message(status))));
  }

  private static void unforeseen(Exception error, Context context) {
    HttpException bad = find(error, HttpException.class);
    if (bad != null) {
      answer(
          new ApiError(
              bad.getCode(), JettyErrors.code(bad.getCode()), JettyErrors.message(bad.getCode())),
          context);
      return;
    }
    SQLException database = find(error, SQLException.class);
    if (database != null && Database.isAway(database)) {
      LOG.log(Level.WARNING, "the database is away: {0}", database.getMessage());
      answer(unavailable("database_unavailable", "the database is away"), context);
      return;
    }
    RemoteLoadException remote = find(error, RemoteLoadException.class);
    if (remote != null) {
      LOG.log(Level.WARNING, remote.getMessage());
      answer(unavailable("load_failed", "what this needs could not be read"), context);
      return;
    }
    if (error instanceof IOException || find(error, TimeoutException.class) != null) {
      LOG.log(Level.DEBUG, "the caller of " + context.path() + " left", error);
    } else {
      LOG.log(Level.ERROR, "cannot answer " + context.method() + " " + context.path(), error);
    }
    answer(
        new ApiError(500, "internal_error", "something went wrong here; please try again"),
        context);
  }

  private static ApiError unavailable(String code, String what) {
    return new ApiError(503, code, what + "; please try again later")
        .header("Retry-After", RETRY_SECONDS);
  }

  private static <T> @Nullable T find(Throwable error, Class<T> type) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
    }
    return null;
  }
}
