package app.galion.docs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom, and what no class may do; the arrows are drawn in CONTRIBUTING.md. */
class ArchitectureTest {

  private static final String SPI = "app.galion.spi..";
  private static final String REDIS = "app.galion.redis..";
  private static final String CACHE = "app.galion.cache..";
  private static final String RATELIMIT = "app.galion.ratelimit..";
  private static final String CIRCUIT = "app.galion.circuit..";
  private static final String HEALTH = "app.galion.health..";
  private static final String TESTKIT = "app.galion.testkit..";

  private static final int MAX_PUBLIC_TYPES = 25;

  private static JavaClasses main;
  private static JavaClasses tests;

  @BeforeAll
  static void readClasses() {
    main = classesUnder("target/classes");
    tests = classesUnder("target/test-classes");
    assertThat(main.stream().map(c -> c.getPackageName()).distinct())
        .hasSizeGreaterThanOrEqualTo(7);
  }

  private static JavaClasses classesUnder(String folder) {
    return new ClassFileImporter()
        .importPaths(
            SourceTree.modules().map(module -> module.resolve(folder)).toArray(Path[]::new));
  }

  static Stream<Arrow> arrows() {
    return Stream.of(
        new Arrow(SPI, List.of()),
        new Arrow(REDIS, List.of(SPI)),
        new Arrow(CACHE, List.of(SPI, REDIS)),
        new Arrow(RATELIMIT, List.of(SPI, REDIS)),
        new Arrow(CIRCUIT, List.of(SPI)),
        new Arrow(HEALTH, List.of(SPI)),
        new Arrow(TESTKIT, List.of(SPI)));
  }

  /** A module, and the modules that it may know. */
  record Arrow(String from, List<String> to) {}

  @ParameterizedTest
  @MethodSource("arrows")
  void modulesKnowOnlyWhoTheyMay(Arrow arrow) {
    String[] allowed =
        Stream.concat(Stream.of(arrow.from()), arrow.to().stream()).toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(arrow.from())
        .should()
        .dependOnClassesThat(
            resideInAPackage("app.galion..")
                .and(not(JavaClass.Predicates.resideInAnyPackage(allowed))))
        .check(main);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("app.galion.(**)").should().beFreeOfCycles().check(main);
  }

  @Test
  void onlyGalionRedisKnowsLettuce() {
    noClasses()
        .that()
        .resideOutsideOfPackage(REDIS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lettuce..", "io.netty..")
        .check(main);
  }

  @Test
  void timeComesFromATicker() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("app.galion.spi.SystemTicker")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .check(main);
  }

  @Test
  void nothingIsDiscovered() {
    noClasses().should().dependOnClassesThat().areAssignableTo(ServiceLoader.class).check(main);
  }

  @Test
  void noTestSleeps() {
    noClasses().should().callMethod(Thread.class, "sleep", long.class).check(tests);
  }

  @Test
  void nobodySleepsOrPrints() {
    noClasses()
        .that()
        .resideOutsideOfPackage(TESTKIT)
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .check(main);
  }

  @Test
  void namesSayWhatAClassDoes() {
    classes()
        .should()
        .haveNameNotMatching(".*(Impl|Manager|Helper|Utils?)$")
        .andShould()
        .resideOutsideOfPackage("..util..")
        .check(main);
  }

  @Test
  void modulesStaySmallOutside() {
    List.of(SPI, REDIS, CACHE, RATELIMIT, CIRCUIT, HEALTH)
        .forEach(
            module ->
                assertThat(
                        main.that(resideInAPackage(module)).stream()
                            .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                            .filter(
                                c ->
                                    c.isTopLevelClass()
                                        && !c.getSimpleName().equals("package-info"))
                            .map(JavaClass::getSimpleName))
                    .as("public types of " + module)
                    .hasSizeLessThanOrEqualTo(MAX_PUBLIC_TYPES));
  }
}
