package app.galion.reference;

import app.galion.cache.TieredCacheMetrics;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorCircuitMetrics;
import app.galion.health.CheckState;
import app.galion.health.Checks;
import app.galion.health.HealthEngine;
import app.galion.health.HealthMetrics;
import app.galion.health.Impact;
import app.galion.health.Scope;
import app.galion.ratelimit.ClientAddress;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RateLimiterMetrics;
import app.galion.ratelimit.RatePolicy;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisLinkMetrics;
import com.zaxxer.hikari.HikariDataSource;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/** One API node: its own Redis connections, caches, limiter, circuits, health and port. */
final class Node implements AutoCloseable {

  static final String SERVICE = "galion-api";

  final String name;
  final HikariDataSource database;
  final RedisLink redis;
  final Caches caches;
  final RateLimiter limiter;
  final Circuits circuits = Circuits.create();
  final HealthEngine health;
  final Metrics metrics = new Metrics();

  private final Limits limits;
  final VendorAccounts accounts;

  private final Vendors vendors;
  private final Path files;
  private final Pings pings;
  private final WebServer server;
  private final InstantSource clock = InstantSource.system();

  Node(Options options, int number, Backends backends, ClientAddress addresses) {
    this.name = options.nodeName(number);
    this.files = backends.files();
    this.database = backends.database().pool(name);
    this.redis =
        RedisLink.builder(Backends.APP, backends.redisUri())
            .nodeName(name)
            .suspectAfter(Limits.LOGIN_DEADLINE)
            .build();
    this.caches = Caches.create(redis);
    this.limiter = RateLimiter.builder("api").redis(redis).build();
    this.limits = new Limits(limiter, addresses, clock);
    this.accounts = new VendorAccounts(limiter, clock);
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    this.vendors =
        new Vendors(
            new OpenAi(http, backends.openAiBase(), options.openAiKey, accounts),
            new ElevenLabs(http, backends.elevenLabsBase(), options.elevenLabsKey, accounts));
    this.pings = new Pings(name);
    this.health =
        HealthEngine.builder(SERVICE)
            .check(
                "database",
                Checks.jdbc(database),
                Impact.CRITICAL,
                check -> check.scope(Scope.SHARED))
            .probe("redis", redis, Impact.DEGRADING)
            .check("disk_space", Checks.disk(files), Impact.CRITICAL)
            .metrics("disk", Checks.diskMetrics(files))
            .metrics("redis", () -> Figures.redis(redis))
            .metrics("database", () -> Figures.database(database))
            .metrics("circuits", () -> Figures.circuits(circuits))
            .drainDelay(options.drainDelay)
            .drainTimeout(Reference.IN_FLIGHT)
            .fleet(redis.fleet())
            .build();
    bindMetrics();
    this.server =
        new WebServer(options, "node " + number, options.nodePort(number), name, this::install);
  }

  private void bindMetrics() {
    new RedisLinkMetrics(redis).bindTo(metrics.registry);
    caches.all().forEach(cache -> TieredCacheMetrics.of(cache).bindTo(metrics.registry));
    new RateLimiterMetrics(limiter).bindTo(metrics.registry);
    VendorCircuitMetrics.of(circuits.all().toArray(VendorCircuit[]::new)).bindTo(metrics.registry);
    new HealthMetrics(health).bindTo(metrics.registry);
  }

  private void install(JavalinConfig config) {
    RoutesConfig routes = config.routes;
    UserStore users = new UserStore(database);
    new UsersRoute(users, caches.users()).install(routes, limits);
    new AuthRoute(limits).install(routes);
    new ChatRoute(limits, circuits.chat(), vendors.openAi(), caches.answers(), pings)
        .install(routes);
    new VoiceRoute(limits, circuits, vendors, caches.speeches(), clock).install(routes);
    new SearchRoute(users, caches.searches()).install(routes, limits);
    new FilesRoute(files).install(routes, limits);
    new JobsRoute(database, caches.jobs()).install(routes, limits);
    new LimitsRoute(limits).install(routes);
    new CircuitsRoute(circuits).install(routes);
    HealthRoute.install(routes, health);
    metrics.install(config);
    VendorErrorResponses.install(routes, clock);
    routes.exception(HttpResponseException.class, this::unrouted);
  }

  private void unrouted(HttpResponseException error, Context context) {
    if (!context.path().startsWith("/api/") || limits.admitUnrouted(context)) {
      ErrorResponses.answer(error, context);
    }
  }

  List<RatePolicy> limits() {
    return Stream.concat(limits.all().stream(), accounts.policies().stream()).toList();
  }

  /** Starts the checks, warms the limiter's way to Redis up, and listens. */
  void start() {
    health.start();
    limits.warmUp(name);
    server.start();
  }

  boolean ready() {
    return health.get("GET", "/health/ready").status() == 200
        && health.snapshot().checks().values().stream()
            .allMatch(check -> check.state() != CheckState.UNKNOWN);
  }

  /** Tells load balancers to look elsewhere, and waits the drain delay. */
  void drain() {
    try {
      health.awaitDrained();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.close();
    pings.close();
    health.close();
    limiter.close();
    caches.close();
    redis.close();
    metrics.close();
    database.close();
  }
}
