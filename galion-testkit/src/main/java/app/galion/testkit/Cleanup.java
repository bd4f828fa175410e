package app.galion.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Ends processes and deletes directories that tests forgot, when the JVM ends. Of a JVM that is
 * killed, {@link Watchdog} ends the processes.
 */
final class Cleanup {

  private static final System.Logger LOG = System.getLogger(Cleanup.class.getName());
  private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
  private static final Set<Path> DIRECTORIES = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Cleanup::all, "galion-testkit-cleanup-hook"));
  }

  private Cleanup() {}

  static Path temporaryDirectory(String prefix) throws IOException {
    Path directory = Files.createTempDirectory(prefix);
    DIRECTORIES.add(directory);
    return directory;
  }

  static Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    PROCESSES.add(process);
    Watchdog.watch(process);
    return process;
  }

  /** Ends a process for good: SIGKILL, which a stopped process obeys as well. */
  static void end(Process process) {
    process.destroyForcibly();
    boolean interrupted = false;
    while (true) {
      try {
        process.waitFor();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    Watchdog.forget(process);
    PROCESSES.remove(process);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void delete(Path directory) {
    List<Path> bottomUp;
    try (Stream<Path> walk = Files.walk(directory)) {
      bottomUp = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : bottomUp) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.WARNING, "cannot delete " + directory + "; please remove it by hand", e);
    }
    DIRECTORIES.remove(directory);
  }

  private static void all() {
    PROCESSES.forEach(Cleanup::end);
    DIRECTORIES.forEach(Cleanup::delete);
  }
}
