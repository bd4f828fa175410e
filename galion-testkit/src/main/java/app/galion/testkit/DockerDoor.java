package app.galion.testkit;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * Testcontainers takes many seconds to find out that there is no Docker, so the door is tried here
 * first: one connection to the place where Docker would be.
 */
final class DockerDoor {

  private static final System.Logger LOG = System.getLogger(DockerDoor.class.getName());
  private static final int CONNECT_MILLIS = 500;
  private static final int DOCKER_PORT = 2375;

  /* A registry that cannot be reached is tried for minutes, longer than a test may take. */
  private static final Duration START_WITHIN = Duration.ofSeconds(90);

  private static final AtomicBoolean FAILED = new AtomicBoolean();

  private DockerDoor() {}

  /** A running container and how to end it. */
  record Container(String uri, Runnable stop) {}

  private static final class Holder {
    static final boolean OPEN =
        testcontainersPresent()
            && reachable(System.getenv("DOCKER_HOST"), System.getProperty("user.home", ""));
  }

  static Optional<Container> start() {
    if (!Holder.OPEN) {
      return Optional.empty();
    }
    String image = System.getenv(RedisServer.IMAGE_VARIABLE);
    String wanted = image == null || image.isBlank() ? RedisServer.DEFAULT_IMAGE : image.trim();
    return start(wanted, DockerRedis::start, FAILED, START_WITHIN);
  }

  /* One failure is enough for the whole run. A container that comes too late is stopped. */
  static Optional<Container> start(
      String image, Function<String, Container> docker, AtomicBoolean failed, Duration within) {
    if (failed.get()) {
      return Optional.empty();
    }
    CompletableFuture<Container> starting = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                starting.complete(docker.apply(image));
              } catch (Throwable e) {
                starting.completeExceptionally(e);
              }
            },
            "galion-testkit-docker");
    thread.setDaemon(true);
    thread.start();
    try {
      return Optional.of(starting.get(within.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      return embedded(image, "cannot run it", e.getCause(), failed);
    } catch (TimeoutException e) {
      stopWhenItComes(starting);
      return embedded(image, "did not start it within " + within.toSeconds() + " s", e, failed);
    } catch (InterruptedException e) {
      stopWhenItComes(starting);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Docker starts " + image, e);
    }
  }

  private static void stopWhenItComes(CompletableFuture<Container> starting) {
    CompletionStage<?> unused = starting.thenAccept(late -> late.stop().run());
  }

  private static Optional<Container> embedded(
      String image, String trouble, @Nullable Throwable error, AtomicBoolean failed) {
    failed.set(true);
    LOG.log(
        Level.WARNING,
        "wanted " + image + ": Docker is there but " + trouble + "; using embedded",
        error);
    return Optional.empty();
  }

  private static boolean testcontainersPresent() {
    return DockerDoor.class.getClassLoader() != null
        && DockerDoor.class
                .getClassLoader()
                .getResource("org/testcontainers/containers/GenericContainer.class")
            != null;
  }

  static boolean reachable(@Nullable String dockerHost, String home) {
    if (dockerHost != null && !dockerHost.isBlank()) {
      URI uri = URI.create(dockerHost.trim());
      return "unix".equals(uri.getScheme())
          ? accepts(Path.of(uri.getPath()))
          : uri.getHost() != null && accepts(uri.getHost(), uri.getPort());
    }
    return accepts(Path.of("/var/run/docker.sock"))
        || accepts(Path.of(home, ".docker", "run", "docker.sock"));
  }

  private static boolean accepts(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    SocketAddress address = UnixDomainSocketAddress.of(socket);
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(address);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no Docker at " + socket, e);
      return false;
    }
  }

  private static boolean accepts(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port < 0 ? DOCKER_PORT : port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no Docker at " + host, e);
      return false;
    }
  }
}
