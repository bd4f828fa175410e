package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BareJvmTest {

  /** Where a class lies: the directory or jar that its package starts in. */
  private static String home(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    URL url = type.getClassLoader().getResource(file);
    if (url == null) {
      throw new AssertionError("not found: " + file);
    }
    String root = url.toString().replace("jar:", "").replace("!/" + file, "").replace(file, "");
    try {
      return Path.of(new URI(root)).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEngineNeedsNoModuleButJavaBase() throws Exception {
    String classes =
        Stream.of(HealthEngine.class, BareNode.class, Ticker.class, Await.class)
            .map(BareJvmTest::home)
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules",
                "java.base",
                "-cp",
                classes,
                "app.galion.health.BareNode")
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(output.lines()).as(output).contains("200");
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
