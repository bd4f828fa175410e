package app.galion.reference;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.util.JavalinException;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** One port that serves HTTP, with this API's manners: JSON errors, header cap, no compression. */
final class WebServer implements AutoCloseable {

  static final String NODE_HEADER = "X-Node";

  static final int MAX_THREADS = 400;
  private static final int MIN_THREADS = 8;
  private static final int THREAD_IDLE_MILLIS = 60_000;
  private static final int HEADER_BYTES = 16 * 1024;
  private static final int IDLE_MILLIS = 60_000;
  private static final int BACKLOG = 1024;
  private static final int CHUNK_FRAMING_BYTES = 16;
  private static final Duration BODY_GRACE = Duration.ofSeconds(10);
  private static final long BODY_BYTES_PER_SECOND = 32 * 1024;

  private final Options options;
  private final String what;
  private final int port;
  private final Javalin javalin;

  WebServer(Options options, String what, int port, String node, Consumer<JavalinConfig> routes) {
    this.options = options;
    this.what = what;
    this.port = port;
    this.javalin =
        Javalin.create(
            config -> {
              manners(config, node);
              ErrorResponses.install(config.routes);
              routes.accept(config);
            });
  }

  private void manners(JavalinConfig config, String node) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = false;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.defaultContentType = "application/json";
    config.router.treatMultipleSlashesAsSingleSlash = true;
    config.router.ignoreTrailingSlashes = true;
    config.routes.before(context -> context.header(NODE_HEADER, node));

    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);
    threads.setName("galion-reference-" + node + "-http");
    config.jetty.threadPool = threads;
    JettyErrors errors = new JettyErrors(node);
    /* A small body that comes slowly holds a connection until it is here, and no thread. */
    var bodies =
        new EagerContentHandler.RetainedContentLoaderFactory(
            Bodies.JSON_LIMIT, CHUNK_FRAMING_BYTES, false);
    config.jetty.modifyServer(
        server -> {
          server.setErrorHandler(errors);
          server.setStopTimeout(Reference.IN_FLIGHT.toMillis());
          server.insertHandler(new EagerContentHandler(bodies));
          server.insertHandler(new PacedBodies(BODY_GRACE, BODY_BYTES_PER_SECOND));
          server.insertHandler(new GracefulHandler());
        });
    config.jetty.modifyServletContextHandler(
        handler -> {
          handler.setErrorHandler(errors);
          handler.getServletHandler().setDecodeAmbiguousURIs(true);
        });
    config.jetty.modifyHttpConfiguration(WebServer::http);
    config.jetty.addConnector(
        (server, http) -> {
          ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
          connector.setHost(options.bind);
          connector.setPort(port);
          connector.setIdleTimeout(IDLE_MILLIS);
          connector.setAcceptQueueSize(BACKLOG);
          return connector;
        });
  }

  /** A route for reading, by HEAD too: the framework would answer that with 200 unasked. */
  static void get(RoutesConfig routes, String path, Handler handler) {
    routes.get(path, handler);
    routes.head(path, handler);
  }

  private static void http(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "galion",
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING));
  }

  void start() {
    try {
      javalin.start();
    } catch (JavalinException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw Ports.busy(options, port, what, new IllegalStateException(cause.getMessage(), e));
    }
  }

  /** Stops accepting, and waits for requests in flight. */
  @Override
  public void close() {
    javalin.stop();
  }
}
