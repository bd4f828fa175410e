package app.galion.benchmarks.load;

import app.galion.benchmarks.RunInfo;
import app.galion.testkit.RedisServer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs the scenarios, writes results and page; {@code benchmarks/load/run} starts it. */
final class LoadRun {
  private static final String USAGE =
      "usage: benchmarks/load/run [staleness | herd]… [--quick] [--page] [--out DIR]";

  private final Set<String> wanted = new LinkedHashSet<>();
  private Pace pace = Pace.FULL;
  private boolean pageOnly;
  private @Nullable Path out;

  private LoadRun(String... words) {
    for (int i = 0; i < words.length; i++) {
      switch (words[i]) {
        case "staleness", "herd" -> wanted.add(words[i]);
        case "--quick" -> pace = Pace.QUICK;
        case "--page" -> pageOnly = true;
        case "--out" -> {
          if (++i == words.length) {
            throw new IllegalArgumentException("--out needs a value");
          }
          out = Path.of(words[i]).toAbsolutePath();
        }
        default -> throw new IllegalArgumentException("unknown word " + words[i]);
      }
    }
    if (wanted.isEmpty()) {
      wanted.addAll(Arrays.asList("staleness", "herd"));
    }
  }

  public static void main(String[] words) throws Exception {
    LoadRun run;
    try {
      run = new LoadRun(words);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
      return;
    }
    System.exit(run.run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    Path results = out == null ? root.resolve("benchmarks/load/results") : out.resolve("results");
    if (!pageOnly) {
      try (RedisServer server = RedisServer.startOwn()) {
        if (wanted.contains("staleness")) {
          String load = RunInfo.loadNow();
          write(results, "staleness", new Staleness(server, pace).run());
          info(root, results, "staleness", load, server);
        }
        if (wanted.contains("herd")) {
          String load = RunInfo.loadNow();
          write(results, "herd", new Herd(server, pace).run());
          info(root, results, "herd", load, server);
        }
      }
    }
    return new LoadPage(results, out == null ? root.resolve("docs") : out).write();
  }

  private void info(Path root, Path results, String what, @Nullable String load, RedisServer server)
      throws IOException {
    String option = pace == Pace.QUICK ? " --quick" : "";
    String version =
        String.valueOf(server.command("INFO", "server"))
            .replaceAll("(?s).*redis_version:(\\S+).*", "$1");
    write(
        results,
        what + ".run",
        RunInfo.of(
            root,
            pace.name().toLowerCase(Locale.ROOT) + " run",
            version,
            load,
            "benchmarks/load/run " + what + option));
  }

  private static void write(Path results, String name, Object value) throws IOException {
    Files.createDirectories(results);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(results.resolve(name + ".json").toFile(), value);
  }
}
