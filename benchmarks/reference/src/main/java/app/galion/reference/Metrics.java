package app.galion.reference;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A node's meters, and the page that Prometheus reads. */
final class Metrics implements AutoCloseable {

  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  void install(JavalinConfig config) {
    WebServer.get(
        config.routes,
        "/metrics",
        context -> context.contentType(CONTENT_TYPE).result(registry.scrape()));
    config.requestLogger.http(
        (context, millis) ->
            timer(context).record((long) (millis * 1_000_000.0), TimeUnit.NANOSECONDS));
  }

  /** The sum of the counters with this name and these tags; 0 when there is none. */
  long sum(String name, String... tags) {
    return (long)
        registry.find(name).tags(tags).functionCounters().stream()
            .mapToDouble(FunctionCounter::count)
            .sum();
  }

  private Timer timer(Context context) {
    return Timer.builder("http.server.requests")
        .description("Requests by route, method and status")
        .serviceLevelObjectives(BUCKETS)
        .tags(
            Tags.of(
                "uri", route(context),
                "method", method(context),
                "status", Integer.toString(context.statusCode())))
        .register(registry);
  }

  /* By pattern, never by path: callers choose paths, and so the number of meters. */
  private static String route(Context context) {
    Endpoint endpoint = context.endpoints().lastHttpEndpoint();
    return endpoint == null ? "none" : Objects.requireNonNullElse(endpoint.path, "none");
  }

  private static String method(Context context) {
    return io.javalin.http.HandlerType.commonHttp().contains(context.method())
        ? context.method().name()
        : "OTHER";
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
