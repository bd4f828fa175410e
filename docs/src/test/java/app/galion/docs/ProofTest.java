package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages {@code docs/*-proof.md} name as proof is there and runs. */
class ProofTest {
  private static final List<Path> PAGES =
      Stream.of("cache", "ratelimit")
          .map(of -> SourceTree.ROOT.resolve("docs/" + of + "-proof.md"))
          .toList();

  /** A test as the page names it: {@code `ScriptTest.invalidatesOnAFullServer`}. */
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

  /** A class or script as the page names it. */
  private static final Pattern PLACE = Pattern.compile("`(\\w+|\\w+\\.lua)`");

  private static final Pattern TEST =
      Pattern.compile("@(Test|ParameterizedTest|RepeatedTest)\\b.*");
  private static final Pattern METHOD = Pattern.compile("(?:public )?void (\\w+)\\(.*");

  private static final Map<String, Set<String>> TESTS = new TreeMap<>();
  private static final Set<String> PLACES = new TreeSet<>();

  static {
    SourceTree.files().forEach(ProofTest::add);
  }

  private static void add(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".lua")) {
      PLACES.add(name);
    } else if (name.endsWith(".java")) {
      PLACES.add(name.replace(".java", ""));
      TESTS
          .computeIfAbsent(name.replace(".java", ""), unused -> new TreeSet<>())
          .addAll(tests(SourceTree.lines(file)));
    }
  }

  private static Set<String> tests(List<String> lines) {
    Set<String> tests = new TreeSet<>();
    boolean annotated = false;
    for (String line : lines) {
      Matcher method = METHOD.matcher(line.strip());
      if (TEST.matcher(line.strip()).matches()) {
        annotated = true;
      } else if (method.matches()) {
        if (annotated) {
          tests.add(method.group(1));
        }
        annotated = false;
      }
    }
    return tests;
  }

  private record Row(Path page, int line, List<String> cells) {
    String tests() {
      return cells.get(cells.size() - 1);
    }

    @Override
    public String toString() {
      return page.getFileName() + ":" + line + " " + cells.get(0);
    }
  }

  /** The rows of the page's tables, without their heads. */
  static Stream<Row> rows() {
    return PAGES.stream().flatMap(ProofTest::rows);
  }

  private static Stream<Row> rows(Path page) {
    List<String> lines = SourceTree.lines(page);
    return Stream.iterate(0, i -> i < lines.size(), i -> i + 1)
        .filter(i -> lines.get(i).startsWith("|") && !lines.get(i).startsWith("|---"))
        .filter(i -> i + 1 == lines.size() || !lines.get(i + 1).startsWith("|---"))
        .map(i -> new Row(page, i + 1, cells(lines.get(i))));
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyTestThatTheLastColumnNamesExists(Row row) {
    Matcher named = NAMED.matcher(row.tests());
    int found = 0;
    while (named.find()) {
      assertThat(TESTS.getOrDefault(named.group(1), Set.of()))
          .as("tests of %s", named.group(1))
          .contains(named.group(2));
      found++;
    }
    if (found == 0) {
      assertThat(row.tests()).as("a row without a test says why").startsWith("none: ");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyClassThatHoldsARuleExists(Row row) {
    if (row.cells().size() == 6) {
      Matcher place = PLACE.matcher(row.cells().get(4));
      int found = 0;
      while (place.find()) {
        assertThat(PLACES).contains(place.group(1));
        found++;
      }
      assertThat(found).isPositive();
    }
  }
}
