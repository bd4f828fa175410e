package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files stay small, pages show only code that compiles, links lead somewhere. */
class HouseTest {

  private static final int HARD_STOP = 500;
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");

  @Test
  void noJavaFileExceedsTheHardStop() {
    assertThat(SourceTree.javaFiles().filter(f -> SourceTree.lines(f).size() > HARD_STOP))
        .isEmpty();
  }

  @Test
  void everyJarHasAPageAndEveryModuleAName() {
    assertThat(SourceTree.modules())
        .allSatisfy(m -> assertThat(m.resolve("README.md")).exists())
        .filteredOn(m -> !m.endsWith("galion-testkit"))
        .allSatisfy(m -> assertThat(m.resolve("src/main/java/module-info.java")).exists());
  }

  static Stream<Path> pages() {
    return SourceTree.pages();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void pagesShowOnlyCodeThatATestCompiles(Path page) {
    List<Set<String>> tests =
        SourceTree.javaFiles()
            .filter(f -> f.toString().contains("/src/test/java/"))
            .map(f -> normalised(SourceTree.lines(f)))
            .toList();

    assertThat(javaBlocks(page))
        .allSatisfy(
            block ->
                assertThat(tests.stream().anyMatch(test -> test.containsAll(normalised(block))))
                    .as("a test has each line of%n%s", String.join("\n", block))
                    .isTrue());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) {
    Matcher link = LINK.matcher(String.join("\n", SourceTree.lines(page)));
    List<Path> targets = new ArrayList<>();
    while (link.find()) {
      targets.add(page.resolveSibling(link.group(1)).normalize());
    }

    assertThat(targets).allMatch(Files::exists);
  }

  private static List<List<String>> javaBlocks(Path page) {
    List<List<String>> blocks = new ArrayList<>();
    List<String> block = null;
    for (String line : SourceTree.lines(page)) {
      if (line.strip().equals("```java")) {
        block = new ArrayList<>();
      } else if (block != null && line.strip().equals("```")) {
        blocks.add(block);
        block = null;
      } else if (block != null) {
        block.add(line);
      }
    }
    return blocks;
  }

  /* Statements, whatever the formatter made of their lines; a page shows a usual address, a test has its own. */
  private static Set<String> normalised(List<String> lines) {
    String code =
        lines.stream()
            .map(line -> line.replaceAll("(^|\\s)//.*", "").replaceAll("\\s+", ""))
            .collect(Collectors.joining())
            .replace("\"redis://localhost:6379\"", "redisUri");
    return Arrays.stream(code.split("(?<=[;{}])")).collect(Collectors.toSet());
  }
}
