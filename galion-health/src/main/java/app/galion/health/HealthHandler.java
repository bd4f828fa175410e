package app.galion.health;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Serves an engine on the JDK's {@code HttpServer}; put it on the context {@code /health}, or
 * {@code /} of a server of its own. Give the server an executor: without one, a single slow request
 * delays every probe. Thread-safe.
 */
public final class HealthHandler implements HttpHandler {

  private static final int NO_BODY = -1;
  private static final System.Logger LOG = System.getLogger(HealthHandler.class.getName());

  private final HealthEngine engine;
  private final Predicate<HttpExchange> operator;
  private final AtomicBoolean warned = new AtomicBoolean();

  private HealthHandler(HealthEngine engine, Predicate<HttpExchange> operator) {
    this.engine = requireNonNull(engine, "engine");
    this.operator = requireNonNull(operator, "operator");
  }

  /**
   * Returns a handler without {@code /health/detailed}.
   *
   * @param engine the engine
   * @return the handler
   */
  public static HealthHandler of(HealthEngine engine) {
    return new HealthHandler(engine, exchange -> false);
  }

  /**
   * Returns a handler that shows {@code /health/detailed} to some.
   *
   * @param engine the engine
   * @param operator whether the caller is an operator; {@code exchange -> true} only on an address
   *     that nobody else reaches. If it throws, the caller is none
   * @return the handler
   */
  public static HealthHandler of(HealthEngine engine, Predicate<HttpExchange> operator) {
    return new HealthHandler(engine, operator);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpResult result = engine.get(exchange.getRequestMethod(), path(exchange), access(exchange));
      exchange.getResponseHeaders().set("Content-Type", result.contentType());
      result.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = result.body();
      exchange.sendResponseHeaders(result.status(), body.length == 0 ? NO_BODY : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Access access(HttpExchange exchange) {
    try {
      return operator.test(exchange) ? Access.OPERATOR : Access.PUBLIC;
    } catch (RuntimeException thrown) {
      if (warned.compareAndSet(false, true)) {
        LOG.log(WARNING, engine.id() + ": the operator test failed, told once", thrown);
      }
      return Access.PUBLIC;
    }
  }

  /** The JDK takes the first part of {@code //health/live} for a host; it is put back here. */
  private static String path(HttpExchange exchange) {
    URI uri = exchange.getRequestURI();
    String authority = uri.getScheme() == null ? uri.getRawAuthority() : null;
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return authority == null ? path : "/" + authority + path;
  }
}
