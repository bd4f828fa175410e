package app.galion.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        .filteredOn(m -> !m.endsWith("galion-testkit"))
        .allSatisfy(m -> assertThat(m.resolve("README.md")).exists())
        .filteredOn(m -> !m.endsWith("galion-testkit"))
        .allSatisfy(m -> assertThat(m.resolve("src/main/java/module-info.java")).exists());
  }

  static Stream<Path> pages() {
    return SourceTree.pages();
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
}
