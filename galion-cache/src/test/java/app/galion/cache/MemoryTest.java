package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten million distinct keys and tags through 256 MiB: what is kept for each is let go again. */
@Tag("slow")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class MemoryTest {

  private static final String SECONDS = System.getProperty("galion.memory.seconds", "30");

  @Test
  void keepsNothingOfKeysThatArePastInProcess() throws Exception {
    assertThat(run("10000000", "10", "240", "none")).contains("10,000,000 keys: heap");
  }

  /** As many as {@code galion.memory.seconds} allow. */
  @Test
  void keepsNothingOfKeysThatArePastInRedis(@RealRedis(own = true) RedisServer server)
      throws Exception {
    String output = run("10000000", "4000", SECONDS, server.uri());
    assertThat(output).contains(" keys: heap");
  }

  /** Prints what the other JVM prints, and fails with it unless it ends well. */
  private static String run(String... args) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            MemoryRun.class.getName());
    builder.command().addAll(List.of(args));
    Process process = builder.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      System.out.print(output);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}
