package app.galion.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One {@code redis-server} process of our own, with its port, its directory and its arguments. */
final class RedisProcess {

  private static final Duration START_WITHIN = Duration.ofSeconds(20);
  private static final int LOG_LINES_SHOWN = 15;

  private final int port;
  private final Path directory;
  private final List<String> arguments;
  private final String uri;
  private @Nullable Process process;
  private boolean paused;

  RedisProcess(int port, Path directory, List<String> arguments) {
    this.port = port;
    this.directory = directory;
    this.arguments = List.copyOf(arguments);
    this.uri = "redis://" + password(arguments) + "127.0.0.1:" + port;
  }

  private static String password(List<String> arguments) {
    int option = arguments.indexOf("--requirepass");
    return option < 0 ? "" : ":" + arguments.get(option + 1) + "@";
  }

  String uri() {
    return uri;
  }

  int port() {
    return port;
  }

  synchronized boolean running() {
    return process != null && process.isAlive();
  }

  synchronized boolean responsive() {
    return running() && !paused;
  }

  /** Returns when the server answers; false if it ended at once, as it does on a busy port. */
  synchronized boolean start() {
    if (running()) {
      throw new IllegalStateException(this + " runs already");
    }
    List<String> command = new ArrayList<>();
    command.add(EmbeddedBinary.path().toString());
    command.addAll(arguments);
    try {
      Process started =
          Cleanup.start(
              new ProcessBuilder(command)
                  .directory(directory.toFile())
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile())));
      process = started;
      paused = false;
      Await.until(
          this + " answers", START_WITHIN, () -> !started.isAlive() || answers(started.pid()));
      return started.isAlive();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + this, e);
    }
  }

  /* Another process may have taken the port first, and answer in our server's place. */
  private boolean answers(long pid) throws IOException {
    try (RespClient client = RespClient.connect(RedisAddress.of(uri), Duration.ofSeconds(1))) {
      String info = String.valueOf(client.call(List.of("INFO", "server")));
      return info.contains("process_id:" + pid + "\r");
    }
  }

  synchronized void kill() {
    if (process != null) {
      Cleanup.end(process);
    }
  }

  synchronized void signal(String name) {
    if (!running() || process == null) {
      throw new IllegalStateException(this + " does not run; cannot send SIG" + name);
    }
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("kill -" + name + " of " + this + " failed");
      }
      paused = "STOP".equals(name);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run kill -" + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during kill -" + name + " of " + this, e);
    }
  }

  void close() {
    kill();
    Cleanup.delete(directory);
  }

  String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log());
      int from = Math.max(0, lines.size() - LOG_LINES_SHOWN);
      return String.join("\n", lines.subList(from, lines.size()));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }

  private Path log() {
    return directory.resolve("redis.log");
  }

  @Override
  public String toString() {
    return "redis-server on port " + port;
  }
}
