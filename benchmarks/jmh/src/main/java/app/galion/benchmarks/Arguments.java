package app.galion.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/* What the command line asks for. */
record Arguments(
    List<Pattern> wanted, Pace pace, boolean pageOnly, @Nullable String redis, @Nullable Path out) {

  static final String USAGE =
      "usage: benchmarks/jmh/run [QUESTION…] [--quick | --smoke | --page] [--redis URI] [--out DIR]";

  static Arguments parse(String... words) {
    List<Pattern> wanted = new ArrayList<>();
    Pace pace = Pace.FULL;
    boolean pageOnly = false;
    String redis = null;
    Path out = null;
    for (Iterator<String> rest = Arrays.asList(words).iterator(); rest.hasNext(); ) {
      String word = rest.next();
      switch (word) {
        case "--quick" -> pace = Pace.QUICK;
        case "--smoke" -> pace = Pace.SMOKE;
        case "--page" -> pageOnly = true;
        case "--redis" -> redis = value(word, rest);
        case "--out" -> out = Path.of(value(word, rest)).toAbsolutePath();
        default -> wanted.add(question(word));
      }
    }
    if (pace == Pace.SMOKE && out == null) {
      out = Path.of("benchmarks/jmh/target/smoke").toAbsolutePath();
    }
    return new Arguments(List.copyOf(wanted), pace, pageOnly, redis, out);
  }

  private static Pattern question(String word) {
    if (word.startsWith("-")) {
      throw new IllegalArgumentException("unknown option " + word);
    }
    Pattern pattern = Pattern.compile(word);
    if (Arrays.stream(Question.values()).noneMatch(q -> pattern.matcher(q.title()).find())) {
      throw new IllegalArgumentException("no question matches '" + word + "'");
    }
    return pattern;
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.next();
  }

  List<Question> questions() {
    return Arrays.stream(Question.values())
        .filter(
            question ->
                wanted.isEmpty()
                    || wanted.stream().anyMatch(p -> p.matcher(question.title()).find()))
        .toList();
  }

  /* The command that asks one question again. */
  String words(Question question) {
    String option = pace == Pace.FULL ? "" : " --" + pace.name().toLowerCase(Locale.ROOT);
    return question.title() + option;
  }
}
