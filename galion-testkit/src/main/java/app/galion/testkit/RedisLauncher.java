package app.galion.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts own processes on free ports, and tries again when a port was taken in between. */
final class RedisLauncher {

  private static final int ATTEMPTS = 5;

  private RedisLauncher() {}

  /** What one attempt starts on the port that it is given. */
  private interface Attempt {
    List<String> arguments(int port, Path directory) throws IOException;
  }

  static RedisProcess launch(List<String> extra) {
    return launch(
        (port, directory) -> {
          List<String> arguments = serverArguments(port, directory);
          arguments.addAll(extra);
          return arguments;
        });
  }

  /*
   * Without the sync delay of 0 a replica links up only after 5 s, and a primary killed before that is
   * never replaced.
   */
  static RedisProcess launchClusterNode() {
    return launch(
        (port, directory) -> {
          List<String> arguments = serverArguments(port, directory);
          arguments.addAll(List.of("--cluster-enabled", "yes"));
          arguments.addAll(List.of("--cluster-port", Integer.toString(FreePort.next())));
          arguments.addAll(List.of("--cluster-announce-ip", "127.0.0.1"));
          arguments.addAll(List.of("--cluster-node-timeout", "2000"));
          arguments.addAll(List.of("--repl-diskless-sync-delay", "0"));
          return arguments;
        });
  }

  static RedisProcess launchSentinel(List<String> configuration) {
    return launch(
        (port, directory) -> {
          List<String> lines = new ArrayList<>();
          lines.add("port " + port);
          lines.add("bind 127.0.0.1");
          lines.add("dir " + directory);
          lines.addAll(configuration);
          Path file = Files.write(directory.resolve("sentinel.conf"), lines);
          return List.of(file.toString(), "--sentinel");
        });
  }

  private static List<String> serverArguments(int port, Path directory) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--port", Integer.toString(port)));
    arguments.addAll(List.of("--bind", "127.0.0.1"));
    arguments.addAll(List.of("--dir", directory.toString()));
    arguments.addAll(List.of("--save", ""));
    arguments.addAll(List.of("--appendonly", "no"));
    arguments.addAll(List.of("--enable-debug-command", "local"));
    return arguments;
  }

  private static RedisProcess launch(Attempt attempt) {
    String lastWords = "";
    for (int i = 0; i < ATTEMPTS; i++) {
      RedisProcess process = prepare(attempt);
      boolean runs = false;
      try {
        runs = process.start();
        if (runs) {
          return process;
        }
        lastWords = process.lastWords();
      } finally {
        if (!runs) {
          process.close();
        }
      }
      if (!lastWords.contains("Address already in use")) {
        break;
      }
    }
    throw new IllegalStateException("redis-server ended at once:\n" + lastWords);
  }

  private static RedisProcess prepare(Attempt attempt) {
    int port = FreePort.next();
    try {
      Path directory = Cleanup.temporaryDirectory("galion-redis-");
      return new RedisProcess(port, directory, attempt.arguments(port, directory));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare a directory for redis-server", e);
    }
  }
}
