package app.galion.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the questions and writes their results and the page; {@code benchmarks/jmh/run} starts it.
 */
final class BenchmarkRun {
  private final Path root;
  private final Arguments arguments;

  private BenchmarkRun(Path root, Arguments arguments) {
    this.root = root;
    this.arguments = arguments;
  }

  public static void main(String[] words) throws Exception {
    Arguments arguments;
    try {
      arguments = Arguments.parse(words);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + Arguments.USAGE);
      System.exit(2);
      return;
    }
    List<String> missing = new BenchmarkRun(Path.of("").toAbsolutePath(), arguments).run();
    if (!missing.isEmpty()) {
      System.err.println("no result from: " + String.join("; ", missing));
      System.exit(1);
    }
    System.exit(0);
  }

  private List<String> run() throws Exception {
    Path results =
        arguments.out() == null
            ? root.resolve("benchmarks/jmh/results")
            : arguments.out().resolve("results");
    Path page = arguments.out() == null ? root.resolve("docs") : arguments.out();
    Files.createDirectories(results);
    List<String> missing = new ArrayList<>();
    if (!arguments.pageOnly()) {
      boolean redis = arguments.questions().stream().anyMatch(Question::asksRedis);
      try (RunRedis server = redis ? RunRedis.of(arguments.redis()) : RunRedis.none()) {
        missing.addAll(ask(server, results));
      }
    }
    new Page(results, page).write();
    return missing;
  }

  /* Round by round, as long as the budget lasts; the results are on disk after each. */
  private List<String> ask(RunRedis server, Path results) throws RunnerException, IOException {
    System.setProperty(BenchRedis.PROPERTY, server.uri()); // where nothing is forked
    String load = RunInfo.loadNow();
    Map<Question, Rounds> all = new EnumMap<>(Question.class);
    arguments.questions().forEach(question -> all.put(question, new Rounds()));
    long start = System.nanoTime();
    int rounds = 0;
    Duration taken = Duration.ZERO;
    while (rounds == 0 || arguments.pace().goesOn(rounds, taken)) {
      say("round " + (rounds + 1) + " begins, " + jvms() + " JVMs");
      for (Map.Entry<Question, Rounds> each : all.entrySet()) {
        askOnce(each.getKey(), server, each.getValue());
      }
      rounds++;
      taken = Duration.ofNanos(System.nanoTime() - start);
      for (Map.Entry<Question, Rounds> each : all.entrySet()) {
        keep(each.getKey(), each.getValue(), rounds, server, load, results);
      }
      say("rounds made: " + rounds + ", seconds taken: " + taken.toSeconds());
    }
    List<String> missing = new ArrayList<>();
    for (Map.Entry<Question, Rounds> each : all.entrySet()) {
      missing.addAll(missing(each.getKey(), each.getValue(), rounds));
    }
    return missing;
  }

  private void askOnce(Question question, RunRedis server, Rounds rounds) throws RunnerException {
    for (int threads : threads(question)) {
      String[] contenders =
          contenders(question, threads).stream()
              .map(contender -> ((Enum<?>) contender).name())
              .toArray(String[]::new);
      ChainedOptionsBuilder options =
          arguments
              .pace()
              .trial(question.redisBound(), threads)
              .apply(new OptionsBuilder().include(question.include()))
              .param("contender", contenders)
              .threads(threads)
              .addProfiler(GCProfiler.class)
              .jvmArgsAppend("-D" + BenchRedis.PROPERTY + "=" + server.uri())
              .shouldFailOnError(false);
      if (question.redisBound()) {
        options.addProfiler(RedisProfiler.class);
      }
      rounds.add(new Runner(options.build()).run());
    }
  }

  private void keep(
      Question question,
      Rounds rounds,
      int count,
      RunRedis server,
      @Nullable String load,
      Path results)
      throws IOException {
    List<RunResult> all = rounds.merged();
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    ResultFormatFactory.getInstance(
            ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8))
        .writeOut(all);
    // results are committed: they name no path of the machine that made them
    String text = json.toString(StandardCharsets.UTF_8);
    for (RunResult result : all) {
      text = text.replace('"' + result.getParams().getJvm() + '"', "\"java\"");
    }
    Files.writeString(results.resolve(question.title() + ".json"), text);
    RunInfo info =
        RunInfo.of(
            root,
            arguments.pace().words(count, question.redisBound()),
            question.redisBound() ? server.version() : "",
            load,
            "benchmarks/jmh/run " + arguments.words(question));
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(results.resolve(question.title() + ".run.json").toFile(), info);
  }

  /* In a round. */
  private int jvms() {
    return arguments.questions().stream()
        .mapToInt(
            question ->
                threads(question).stream()
                    .mapToInt(threads -> contenders(question, threads).size())
                    .sum())
        .sum();
  }

  private List<Contender> contenders(Question question, int threads) {
    return arguments.pace() == Pace.SMOKE ? question.contenders() : question.contenders(threads);
  }

  /* Whether all still run is seen where some threads meet; a first look leaves the middle out. */
  private List<Integer> threads(Question question) {
    List<Integer> all = question.threads();
    return switch (arguments.pace()) {
      case FULL -> all;
      case QUICK -> all.size() > 2 ? List.of(all.get(0), all.get(all.size() - 1)) : all;
      case SMOKE -> all.subList(all.size() > 1 ? 1 : 0, Math.min(2, all.size()));
    };
  }

  private List<String> missing(Question question, Rounds rounds, int count) {
    List<RunResult> all = rounds.merged();
    List<String> missing = new ArrayList<>();
    for (Contender contender : question.contenders()) {
      long asked =
          threads(question).stream()
              .filter(threads -> contenders(question, threads).contains(contender))
              .count();
      long found =
          all.stream()
              .filter(
                  run -> run.getParams().getParam("contender").equals(((Enum<?>) contender).name()))
              .mapToLong(run -> run.getBenchmarkResults().size())
              .sum();
      if (found < asked * count) {
        missing.add(question.title() + ": " + contender.label());
      }
    }
    return missing;
  }

  private void say(String what) {
    System.out.println("# " + arguments.pace().budgetWords() + ": " + what);
  }
}
