package app.galion.reference;

import app.galion.cache.CacheStats;
import app.galion.cache.TieredCache;
import app.galion.health.Access;
import app.galion.health.HealthSnapshot;
import app.galion.ratelimit.Decision;
import app.galion.ratelimit.RatePolicy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operators' port: a status page of all nodes, its figures, and the detailed health. */
final class Console implements AutoCloseable {

  private static final String NAME = "console";
  private static final String PAGE = "console.html";

  private final List<Node> nodes;
  private final ConsoleActions actions;
  private final WebServer server;
  private final String page;

  Console(Options options, List<Node> nodes, ConsoleActions actions) {
    this.nodes = nodes;
    this.actions = actions;
    this.page = page();
    this.server = new WebServer(options, NAME, options.port, NAME, this::install);
  }

  private static String page() {
    try (InputStream in = Console.class.getResourceAsStream(PAGE)) {
      if (in == null) {
        throw new IllegalStateException(PAGE + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + PAGE, e);
    }
  }

  private void install(JavalinConfig config) {
    WebServer.get(config.routes, "/", context -> context.html(page));
    WebServer.get(config.routes, "/status", context -> context.json(status()));
    actions.install(config.routes);
    WebServer.get(config.routes, "/health", this::health);
    WebServer.get(config.routes, "/health/<path>", this::health);
  }

  /** Answers for node 1, or for {@code ?node=N}. */
  private void health(Context context) {
    String asked = context.queryParam("node");
    Node node = nodes.get(0);
    if (asked != null) {
      node =
          nodes.stream()
              .filter(candidate -> candidate.name.equals(asked))
              .findFirst()
              .orElseThrow(() -> ApiError.notFound("there is no node '" + asked + "'"));
    }
    HealthRoute.answer(context, node.health, Access.OPERATOR);
    context.header(WebServer.NODE_HEADER, node.name);
  }

  private Map<String, Object> status() {
    return Map.of("nodes", nodes.stream().map(Console::status).toList());
  }

  private static Map<String, @Nullable Object> status(Node node) {
    HealthSnapshot health = node.health.snapshot();
    Map<String, String> checks = new LinkedHashMap<>();
    health.checks().forEach((name, check) -> checks.put(name, check.state().text()));
    Map<String, Object> caches = new LinkedHashMap<>();
    node.caches.all().forEach(cache -> caches.put(cache.id().name(), figures(cache)));
    Map<String, @Nullable Object> status = new LinkedHashMap<>();
    status.put("node", node.name);
    status.put("ready", health.ready());
    status.put("checks", checks);
    status.put("degraded", health.degraded());
    status.put("circuits", CircuitsRoute.report(node.circuits));
    status.put("caches", caches);
    status.put("limiter", node.limiter.health().status().name().toLowerCase(Locale.ROOT));
    status.put("decisions", decisions(node));
    status.put("limits", node.limits().stream().map(policy -> limit(node, policy)).toList());
    return status;
  }

  private static Map<String, Object> figures(TieredCache<?, ?> cache) {
    CacheStats stats = cache.stats();
    long asked = stats.l1Hits() + stats.l2Hits() + stats.misses();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("size", stats.size());
    figures.put("l1_hits", stats.l1Hits());
    figures.put("l2_hits", stats.l2Hits());
    figures.put("misses", stats.misses());
    figures.put("loads", stats.loads());
    figures.put("stale_served", stats.staleServed());
    figures.put("l1_hit_ratio", ratio(stats.l1Hits(), asked));
    figures.put("l2_hit_ratio", ratio(stats.l2Hits(), stats.l2Hits() + stats.misses()));
    figures.put("hit_ratio", ratio(stats.l1Hits() + stats.l2Hits(), asked));
    return figures;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** How many were admitted and denied, by who decided. */
  private static Map<String, Object> decisions(Node node) {
    Map<String, Object> decisions = new LinkedHashMap<>();
    for (Decision.Source source : Decision.Source.values()) {
      String by = source.name().toLowerCase(Locale.ROOT);
      Map<String, Long> counts = new LinkedHashMap<>();
      for (String outcome : List.of("admitted", "denied")) {
        counts.put(
            outcome,
            node.metrics.sum("galion.ratelimit.decisions", "source", by, "outcome", outcome));
      }
      decisions.put(by, counts);
    }
    return decisions;
  }

  private static Map<String, Object> limit(Node node, RatePolicy policy) {
    Map<String, Object> limit = new LinkedHashMap<>();
    limit.put("name", policy.name());
    limit.put("policy", policy.toString());
    limit.put("denied", node.metrics.sum("galion.ratelimit.denials", "policy", policy.name()));
    return limit;
  }

  void start() {
    server.start();
  }

  @Override
  public void close() {
    server.close();
    actions.close();
  }
}
