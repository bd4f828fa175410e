package app.galion.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** The page of all results: one table, the goals and a chart per question. */
final class Page {
  private static final String HEAD =
      """
      # Benchmarks

      Written by `benchmarks/jmh/run`; do not edit. Machines differ and are noisy: compare figures only
      within one table. Contenders take turns: each round starts one JVM for each of them and thread count,
      and a round's JVMs are compared with each other, so that what slows the machine down for longer than
      a round slows all of them. A JVM's figure is the median of its iterations; a figure here is the median
      over the JVMs, in brackets its 95 % interval by bootstrap. A ratio is the time of an operation beside
      that of the contender marked 1.00, below 1 is faster. B/op is what the calling side allocates per
      operation, by JMH's gc profiler. A goal of time is held or missed only where the interval leaves no
      doubt.
      """;

  private final Path results;
  private final Path docs;
  private final ObjectMapper json = new ObjectMapper();

  Page(Path results, Path docs) {
    this.results = results;
    this.docs = docs;
  }

  void write() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    Files.createDirectories(docs.resolve("benchmarks"));
    for (Question question : Question.values()) {
      Path file = results.resolve(question.title() + ".json");
      Path info = results.resolve(question.title() + ".run.json");
      if (Files.exists(file) && Files.exists(info)) {
        section(
            page, question, figures(question, file), json.readValue(info.toFile(), RunInfo.class));
      }
    }
    Files.writeString(docs.resolve("benchmarks.md"), page);
  }

  private List<Figure> figures(Question question, Path file) throws IOException {
    List<Figure> figures = new ArrayList<>();
    for (JsonNode run : json.readTree(file.toFile())) {
      figures.add(Figure.read(question, run));
    }
    return figures;
  }

  private void section(StringBuilder page, Question question, List<Figure> figures, RunInfo info)
      throws IOException {
    List<Integer> threads = figures.stream().map(Figure::threads).distinct().sorted().toList();
    line(page, "\n## %s\n", question.title());
    line(page, "%s\n", question.text());
    line(page, "* %s; JDK %s%s", info.machine(), info.jdk(), redis(info));
    line(page, "* commit %s, %s; %s%s", info.commit(), info.date(), info.pace(), load(info));
    line(page, "* again: `%s`\n", info.command());
    if (question.redisBound()) {
      redisTable(page, question, figures, threads);
    } else {
      localTable(page, question, figures, threads);
    }
    goals(page, question, figures, threads);
    Chart.of(question, figures).save(docs.resolve("benchmarks").resolve(question.title() + ".svg"));
    line(page, "\n![%s](benchmarks/%s.svg)", question.text(), question.title());
  }

  private static void localTable(
      StringBuilder page, Question question, List<Figure> figures, List<Integer> threads) {
    StringBuilder head = new StringBuilder("| contender |");
    StringBuilder rule = new StringBuilder("|---|");
    for (int count : threads) {
      head.append(" ns/op, ").append(threads(count)).append(" | ratio |");
      rule.append("---:|---:|");
    }
    line(page, "%s B/op |\n%s---:|", head, rule);
    for (Contender contender : question.contenders()) {
      StringBuilder row = new StringBuilder("| " + contender.label() + " |");
      for (int count : threads) {
        row.append(
            find(figures, contender, count)
                .map(f -> format(" %s | %s |", f.score().text(), ratio(question, figures, f)))
                .orElse(" no result | |"));
      }
      line(page, "%s %s |", row, bytes(figures, contender, threads.get(0)));
    }
  }

  private static void redisTable(
      StringBuilder page, Question question, List<Figure> figures, List<Integer> threads) {
    line(
        page,
        "| contender | threads | operations/s | ratio | p50 µs | p99 µs | Redis commands/op | B/op |\n"
            + "|---|---:|---:|---:|---:|---:|---:|---:|");
    for (Contender contender : question.contenders()) {
      for (int count : threads) {
        if (!question.asks(contender, count)) {
          continue;
        }
        String row =
            find(figures, contender, count)
                .map(
                    f ->
                        format(
                            "%s | %s | %s | %s | %s | %s",
                            f.score().text(),
                            ratio(question, figures, f),
                            number(f.p50()),
                            number(f.p99()),
                            format("%.4f", f.commands()),
                            number(f.bytes())))
                .orElse("no result | | | | | ");
        line(page, "| %s | %d | %s |", contender.label(), count, row);
      }
    }
    line(
        page,
        "\nRedis commands are counted by the server, those that a script calls included. Percentiles are"
            + "\nHdrHistogram's over every operation (every 64th where one takes less than 20 µs).");
    for (Figure figure : figures) {
      if (figure.fallbacks() > 0) {
        line(
            page,
            "%s at %s did %.4f %% of its operations without Redis, which was late.",
            figure.contender().label(),
            threads(figure.threads()),
            figure.fallbacks() * 100);
      }
    }
  }

  private static void goals(
      StringBuilder page, Question question, List<Figure> figures, List<Integer> threads) {
    if (question.goals().isEmpty()) {
      return;
    }
    line(page, "\n| goal | threads | bound | measured | |\n|---|---:|---:|---:|---|");
    for (Goal goal : question.goals()) {
      Contender against = goal.against();
      for (int count : threads) {
        if (goal.threads() != 0 && goal.threads() != count) {
          continue;
        }
        Optional<Figure> other = against == null ? Optional.empty() : find(figures, against, count);
        String measured = goal.measure(find(figures, goal.contender(), count), other);
        line(page, "| %s | %d | %s | %s |", goal.text(), count, goal.atMost(), measured);
      }
    }
  }

  private static String ratio(Question question, List<Figure> figures, Figure figure) {
    return find(figures, question.reference(), figure.threads())
        .map(reference -> figure.costBeside(reference).text())
        .orElse("");
  }

  private static String bytes(List<Figure> figures, Contender contender, int threads) {
    return find(figures, contender, threads).map(f -> number(f.bytes())).orElse("");
  }

  private static Optional<Figure> find(List<Figure> figures, Contender contender, int threads) {
    Predicate<Figure> same = f -> f.contender() == contender && f.threads() == threads;
    return figures.stream().filter(same).findFirst();
  }

  private static String redis(RunInfo info) {
    return info.redis().isEmpty() ? "" : "; Redis " + info.redis() + " on loopback";
  }

  private static String load(RunInfo info) {
    return info.load() == null ? "" : "; load average before it " + info.load();
  }

  private static String threads(int count) {
    return count == 1 ? "1 thread" : count + " threads";
  }

  /** Three digits that mean something, no more. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    double size = Math.abs(value);
    if (size < 0.005) {
      return "0";
    }
    return size >= 100 ? format("%,.0f", value) : format(size >= 10 ? "%.1f" : "%.2f", value);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static void line(StringBuilder page, String format, Object... values) {
    page.append(format(format, values)).append('\n');
  }
}
