package app.galion.reference;

import app.galion.ratelimit.ClientAddress;
import app.galion.redis.RedisLink;
import app.galion.spi.GalionException;
import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import app.galion.testkit.VendorSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All of it: what the nodes stand on, the nodes, and the console. */
final class Reference implements AutoCloseable {

  /** How long requests in flight may take to end when this stops. */
  static final Duration IN_FLIGHT = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger(Reference.class.getName());
  private static final Duration REDIS_PATIENCE = Duration.ofSeconds(5);
  private static final Duration READY_PATIENCE = Duration.ofSeconds(60);
  private static final long POLL = Duration.ofMillis(20).toNanos();

  private final Options options;
  private final List<Node> nodes = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedDeque<AutoCloseable> closedLastFirst =
      new ConcurrentLinkedDeque<>();
  private @Nullable RedisServer embeddedRedis;
  private volatile boolean closing;

  Reference(Options options) {
    this.options = options;
  }

  /**
   * Starts everything and returns when all nodes are ready.
   *
   * @throws StartFailure if that cannot be; what was started is then for {@link #close()}
   */
  void start() {
    Ports.requireFree(options);
    ClientAddress addresses = trustedProxies();
    Backends backends = backends();
    for (int number = 1; number <= options.nodes; number++) {
      nodes.add(keep(node(number, backends, addresses)));
    }
    requireRedis();
    nodes.forEach(Node::start);
    List<Node> all = List.copyOf(nodes);
    ConsoleActions actions =
        new ConsoleActions(all, new Drills(options, all), backends.simulator(), embeddedRedis);
    Console console = keep(new Console(options, all, actions));
    console.start();
    awaitReady();
    if (embeddedRedis != null) {
      keep(new RedisKeeper(embeddedRedis)).start();
    }
  }

  private ClientAddress trustedProxies() {
    try {
      return ClientAddress.trusting(
          options.trustedProxies.stream().map(String::trim).toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      throw new StartFailure("--trusted-proxies: " + e.getMessage());
    }
  }

  private Backends backends() {
    if (options.openAiBaseUrl != null) {
      Ports.requireAnswer(options.openAiBaseUrl, "--openai-base-url");
    }
    if (options.elevenLabsBaseUrl != null) {
      Ports.requireAnswer(options.elevenLabsBaseUrl, "--elevenlabs-base-url");
    }
    Path files = temporaryDirectory();
    Database database = keep(Database.open(options.database));
    VendorSimulator simulator = keep(simulator());
    String simulated = "http://127.0.0.1:" + simulator.port();
    return new Backends(
        redisUri(),
        database,
        base(options.openAiBaseUrl, simulated, true),
        base(options.elevenLabsBaseUrl, simulated, false),
        files,
        simulator);
  }

  private VendorSimulator simulator() {
    try {
      return VendorSimulator.start(options.vendorsPort());
    } catch (UncheckedIOException e) {
      throw new StartFailure(e.getMessage() + "; choose another --port");
    }
  }

  private static String base(@Nullable URI given, String simulated, boolean openAi) {
    String base = given == null ? simulated : given.toString();
    return openAi ? Uris.openAiBase(base) : Uris.withoutTrailingSlash(base);
  }

  private String redisUri() {
    if (options.redis != null) {
      return options.redis;
    }
    RedisServer server = keep(RedisServer.startOwn());
    embeddedRedis = server;
    return server.uri();
  }

  private Path temporaryDirectory() {
    try {
      Path directory = Files.createTempDirectory("galion-reference-");
      keep(() -> deleteWithContent(directory));
      return directory;
    } catch (IOException e) {
      throw new StartFailure("cannot create a temporary directory: " + e.getMessage());
    }
  }

  private Node node(int number, Backends backends, ClientAddress addresses) {
    try {
      return new Node(options, number, backends, addresses);
    } catch (IllegalArgumentException e) {
      String why = Uris.masked(String.valueOf(e.getMessage()));
      String option = why.contains("redis") ? "--redis " + shownRedis() + ": " : "";
      throw new StartFailure(option + why);
    }
  }

  private void requireRedis() {
    for (Node node : nodes) {
      boolean answers;
      try {
        answers = node.redis.awaitAvailable(REDIS_PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        answers = false;
      }
      if (!answers) {
        throw new StartFailure(
            "--redis "
                + shownRedis()
                + " did not answer within "
                + REDIS_PATIENCE.toSeconds()
                + " s"
                + whyNot(node.redis));
      }
    }
  }

  private static String whyNot(RedisLink redis) {
    try {
      RedisLink.join(redis.command("PING", List.of(), Duration.ofSeconds(1)));
      return ", only just now";
    } catch (GalionException e) {
      return ": " + Uris.masked(String.valueOf(e.getMessage()));
    }
  }

  private void awaitReady() {
    long start = Ticker.system().read();
    while (!nodes.stream().allMatch(Node::ready)) {
      if (Ticker.system().read() - start > READY_PATIENCE.toNanos()) {
        throw new StartFailure(
            "not ready after " + READY_PATIENCE.toSeconds() + " s: " + unready());
      }
      LockSupport.parkNanos(this, POLL);
    }
  }

  private String unready() {
    List<String> bodies = new ArrayList<>();
    for (Node node : nodes) {
      bodies.add(node.name + " " + node.health.get("GET", "/health/ready").text());
    }
    return String.join(", ", bodies);
  }

  String readyLine() {
    StringBuilder line = new StringBuilder("galion-reference ready: console ");
    line.append(url(options.port)).append("/ nodes");
    for (int number = 1; number <= options.nodes; number++) {
      line.append(' ').append(url(options.nodePort(number)));
    }
    line.append(" vendors http://localhost:").append(options.vendorsPort());
    return line.append(" redis ").append(shownRedis()).toString();
  }

  private String url(int port) {
    return "http://" + options.host() + ":" + port;
  }

  private String shownRedis() {
    return embeddedRedis != null
        ? "redis://localhost:" + embeddedRedis.port()
        : Uris.masked(String.valueOf(options.redis));
  }

  /** A node, from 1. */
  Node node(int number) {
    return nodes.get(number - 1);
  }

  /** The embedded Redis; absent when one was given. */
  @Nullable RedisServer embeddedRedis() {
    return embeddedRedis;
  }

  private <T extends AutoCloseable> T keep(T part) {
    closedLastFirst.addFirst(part);
    if (closing) {
      closeParts();
      throw new StartFailure("stopped while it started");
    }
    return part;
  }

  /**
   * Drains the nodes, then closes everything. Trouble with one part keeps no other from closing.
   */
  @Override
  public void close() {
    closing = true;
    drainTogether();
    closeParts();
  }

  private void closeParts() {
    for (AutoCloseable part = closedLastFirst.poll(); part != null; part = closedLastFirst.poll()) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.log(Level.WARNING, "cannot close " + part, e);
      }
    }
  }

  private void drainTogether() {
    ExecutorService drains = Executors.newCachedThreadPool();
    for (Node node : List.copyOf(nodes)) {
      drains.execute(node::drain);
    }
    drains.shutdown();
    try {
      if (!drains.awaitTermination(
          options.drainDelay.plus(IN_FLIGHT).toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "stops with requests in flight");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void deleteWithContent(Path directory) {
    try (Stream<Path> content = Files.walk(directory)) {
      for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
