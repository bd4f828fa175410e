package app.galion.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Under what a result was measured; kept beside JMH's own file.
 *
 * @param date of the run, UTC
 * @param machine processor, processors, memory, operating system
 * @param jdk that ran it
 * @param redis version of the server, empty where none was asked
 * @param commit that was measured, with a + when the tree differed from it
 * @param pace full, quick or smoke, in words
 * @param load the machine's load average of the minute before, null where it is not known
 * @param command that reproduces it
 */
public record RunInfo(
    String date,
    String machine,
    String jdk,
    String redis,
    String commit,
    String pace,
    @Nullable String load,
    String command) {

  /** The facts of a run that begins or ends now; {@code pace} in words. */
  public static RunInfo of(
      Path root, String pace, String redis, @Nullable String load, String command) {
    return new RunInfo(
        InstantSource.system().instant().truncatedTo(ChronoUnit.MINUTES).toString(),
        describeMachine(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        redis,
        commit(root),
        pace,
        load,
        command);
  }

  /** The load average of the last minute, null where it is not known. */
  public static @Nullable String loadNow() {
    double load =
        java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? null : String.format(Locale.ROOT, "%.1f", load);
  }

  private static String describeMachine() {
    return String.format(
        Locale.ROOT,
        "%s, %d processors, %d GiB, %s %s",
        procLine("cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        Math.round(
            Long.parseLong(procLine("meminfo", "MemTotal").replaceAll("\\D", "")) / 1048576.0),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }

  private static String procLine(String file, String name) {
    Path proc = Path.of("/proc", file);
    if (!Files.isReadable(proc)) {
      return "0 (no /proc)";
    }
    try (var lines = Files.lines(proc)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("0 (unknown)");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String commit(Path root) {
    String hash = git(root, "rev-parse", "--short", "HEAD");
    boolean changed = !git(root, "status", "--porcelain", "-uno").isEmpty();
    return hash.isEmpty() ? "unknown" : hash + (changed ? "+" : "");
  }

  private static String git(Path root, String... words) {
    String[] command = new String[words.length + 1];
    command[0] = "git";
    System.arraycopy(words, 0, command, 1, words.length);
    try {
      Process git =
          new ProcessBuilder(command)
              .directory(root.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String out =
          new String(git.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? out.strip() : "";
    } catch (IOException e) {
      System.getLogger("app.galion.benchmarks")
          .log(System.Logger.Level.INFO, "git cannot be run", e);
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
