package app.galion.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis for a test. {@link #start()} takes what there is, in this order:
 *
 * <ol>
 *   <li>the server whose URI stands in the environment variable {@value #URI_VARIABLE}, which is
 *       shared and keeps its data;
 *   <li>a container, if Docker is reachable and Testcontainers is on the class path (image from
 *       {@value #IMAGE_VARIABLE}, default {@value #DEFAULT_IMAGE});
 *   <li>a process of the binary in {@code org.signal:embedded-redis} on a free port of 127.0.0.1,
 *       without persistence, its directory deleted on close.
 * </ol>
 *
 * {@link #startOwn(String...)} always takes the last, so that the server can be killed, paused and
 * restarted. Whatever is started ends with {@link #close()}, at the latest with the JVM.
 *
 * <p>Thread-safe. Starting returns when the server answers commands.
 */
public final class RedisServer implements AutoCloseable {

  /** The environment variable with the URI of a server to use: {@value}. */
  public static final String URI_VARIABLE = "GALION_TEST_REDIS_URI";

  /** The environment variable with the container image to use: {@value}. */
  public static final String IMAGE_VARIABLE = "GALION_TEST_REDIS_IMAGE";

  /** The container image unless the environment names another: {@value}. */
  public static final String DEFAULT_IMAGE = "redis:7.2-alpine";

  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CLUSTER_READY_WITHIN = Duration.ofSeconds(20);

  private final String uri;
  private final @Nullable RedisProcess process;
  private final Runnable whenClosed;

  private RedisServer(String uri, @Nullable RedisProcess process, Runnable whenClosed) {
    this.uri = uri;
    this.process = process;
    this.whenClosed = whenClosed;
  }

  /**
   * Starts or finds a server: given URI, else Docker, else embedded.
   *
   * @return a server that answers
   * @throws IllegalStateException if the given server does not answer, or no server can be started
   */
  public static RedisServer start() {
    return start(System.getenv(URI_VARIABLE));
  }

  static RedisServer start(@Nullable String givenUri) {
    if (givenUri != null && !givenUri.isBlank()) {
      RedisServer given = new RedisServer(givenUri.trim(), null, () -> {});
      given.requireAnswer();
      return given;
    }
    return DockerDoor.start()
        .map(container -> new RedisServer(container.uri(), null, container.stop()))
        .orElseGet(RedisServer::startOwn);
  }

  private void requireAnswer() {
    try {
      command("PING");
    } catch (UncheckedIOException e) {
      throw new IllegalStateException(
          this + " from " + URI_VARIABLE + " does not answer; start it or unset the variable", e);
    }
  }

  /**
   * Starts a process of the embedded binary.
   *
   * @param arguments more arguments of {@code redis-server}, for instance {@code "--maxmemory",
   *     "10mb"}; a {@code --requirepass} becomes part of {@link #uri()}
   * @return a server that answers
   * @throws IllegalStateException if the server ends at once, with its last words
   */
  public static RedisServer startOwn(String... arguments) {
    return of(RedisLauncher.launch(List.of(arguments)));
  }

  /**
   * Starts one process that is a whole Redis Cluster with all slots. It takes about two seconds,
   * for so long does a fresh cluster refuse writes, and refuses commands whose keys are in
   * different slots as any cluster does.
   *
   * @return a cluster of one node that accepts writes
   */
  public static RedisServer startCluster() {
    RedisServer server = of(RedisLauncher.launchClusterNode());
    server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    Await.until(
        server + " is a cluster",
        CLUSTER_READY_WITHIN,
        () -> ClusterView.stateOk(server.command("CLUSTER", "INFO")));
    return server;
  }

  static RedisServer of(RedisProcess process) {
    return new RedisServer(process.uri(), process, process::close);
  }

  /**
   * Returns where the server is.
   *
   * @return a URI such as {@code redis://127.0.0.1:20412}, with the password if there is one
   */
  public String uri() {
    return uri;
  }

  /**
   * Returns the server's port.
   *
   * @return the port
   */
  public int port() {
    return RedisAddress.of(uri).port();
  }

  /**
   * Returns the server's host.
   *
   * @return a name or an address
   */
  public String host() {
    return RedisAddress.of(uri).host();
  }

  /**
   * Sends one command on a connection of its own and waits at most five seconds for the answer.
   *
   * @param words the command's name and arguments, sent as UTF-8
   * @return a String, a Long, a List of such, or null for nil
   * @throws RedisErrorReply if the server answers with an error
   * @throws UncheckedIOException if the server does not answer
   */
  public @Nullable Object command(String... words) {
    try (RespClient client = RespClient.connect(RedisAddress.of(uri), COMMAND_TIMEOUT)) {
      return client.call(List.of(words));
    } catch (IOException e) {
      throw new UncheckedIOException(words[0] + " to " + this + " failed", e);
    }
  }

  /**
   * Returns whether this server is a process of ours, which can be killed, paused and restarted.
   *
   * @return false for a given server, a container and the shared server of {@link RealRedis}
   */
  public boolean own() {
    return process != null;
  }

  /**
   * Kills the server as {@code kill -9} does: connections are reset, data is lost. Does nothing if
   * it is dead.
   *
   * @throws IllegalStateException if it is not an own process
   */
  public void kill() {
    requireOwn("kill").kill();
  }

  /**
   * Stops the server from running without ending it, as a long pause of its machine does:
   * connections stay open and new ones are accepted by the kernel, nothing is answered.
   *
   * @throws IllegalStateException if it is not an own process or does not run
   */
  public void pause() {
    requireOwn("pause").signal("STOP");
  }

  /**
   * Lets a paused server run on; it answers what it was sent meanwhile.
   *
   * @throws IllegalStateException if it is not an own process or does not run
   */
  public void resume() {
    requireOwn("resume").signal("CONT");
  }

  /**
   * Kills the server if it runs and starts it again on the same port with the same arguments,
   * empty. A cluster node keeps its place in the cluster. Returns when the server answers.
   *
   * @throws IllegalStateException if it is not an own process, or ends at once
   */
  public void restart() {
    RedisProcess own = requireOwn("restart");
    own.kill();
    if (!own.start()) {
      throw new IllegalStateException(own + " ended at once:\n" + own.lastWords());
    }
  }

  /** The same server for one of many: it cannot be killed, and closing it does nothing. */
  RedisServer shared() {
    return new RedisServer(uri, null, () -> {});
  }

  boolean responsive() {
    return process == null || process.responsive();
  }

  private RedisProcess requireOwn(String what) {
    if (process == null) {
      throw new IllegalStateException(
          "cannot "
              + what
              + " "
              + this
              + ", it is shared or not ours; use RedisServer.startOwn() or @RealRedis(own = true)");
    }
    return process;
  }

  /** Ends the server and deletes its files; leaves a given server alone. Idempotent. */
  @Override
  public void close() {
    whenClosed.run();
  }

  @Override
  public String toString() {
    return "Redis at " + RedisAddress.masked(uri);
  }
}
