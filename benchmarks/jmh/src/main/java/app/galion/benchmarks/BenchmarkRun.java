package app.galion.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        for (Question question : arguments.questions()) {
          missing.addAll(ask(question, server, results));
        }
      }
    }
    new Page(results, page).write();
    return missing;
  }

  private List<String> ask(Question question, RunRedis server, Path results)
      throws RunnerException, IOException {
    System.setProperty(BenchRedis.PROPERTY, server.uri()); // where nothing is forked
    String load = RunInfo.loadNow();
    Rounds rounds = new Rounds();
    for (int round = 0; round < arguments.pace().rounds(); round++) {
      for (int threads : threads(question)) {
        ChainedOptionsBuilder options =
            arguments
                .pace()
                .apply(new OptionsBuilder().include(question.include()))
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
            arguments.pace().words(),
            question.redisBound() ? server.version() : "",
            load,
            "benchmarks/jmh/run " + arguments.words(question));
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(results.resolve(question.title() + ".run.json").toFile(), info);
    return missing(question, all);
  }

  /* Whether all still run is seen where some threads meet. */
  private List<Integer> threads(Question question) {
    List<Integer> all = question.threads();
    return arguments.pace() == Pace.SMOKE
        ? all.subList(all.size() > 1 ? 1 : 0, Math.min(2, all.size()))
        : all;
  }

  private List<String> missing(Question question, List<RunResult> all) {
    List<String> missing = new ArrayList<>();
    for (Contender contender : question.contenders()) {
      long found =
          all.stream()
              .filter(
                  run -> run.getParams().getParam("contender").equals(((Enum<?>) contender).name()))
              .mapToLong(run -> run.getBenchmarkResults().size())
              .sum();
      if (found < (long) threads(question).size() * arguments.pace().rounds()) {
        missing.add(question.title() + ": " + contender.label());
      }
    }
    return missing;
  }
}
