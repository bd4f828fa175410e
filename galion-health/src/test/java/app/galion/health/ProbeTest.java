package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** In a JVM of its own, as a container image runs it. */
final class ProbeTest {

  private record Exit(int code, String output) {}

  private static Exit probe(String... args) throws Exception {
    URL classes = Probe.class.getProtectionDomain().getCodeSource().getLocation();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", Path.of(classes.toURI()).toString()));
    command.add("app.galion.health.Probe");
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      byte[] output = process.getInputStream().readAllBytes();
      return new Exit(process.exitValue(), new String(output, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void exitsWith0AtA200And1AtA503() throws Exception {
    ManualEngine manual =
        ManualEngine.started(builder -> builder.check("a", Knob.down(), Impact.CRITICAL));
    try (Served served = new Served(HealthHandler.of(manual.engine))) {
      assertThat(probe(served.uri("/health/live").toString())).isEqualTo(new Exit(0, ""));
      Exit unready = probe(served.uri("/health/ready").toString());
      assertThat(unready.code()).isEqualTo(1);
      assertThat(unready.output()).contains("/health/ready answered 503");
    }
  }

  @Test
  void exitsWith1WhereSomebodyAcceptsAndNeverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      Exit exit = probe("http://127.0.0.1:" + silent.getLocalPort() + "/health");
      assertThat(exit.code()).isEqualTo(1);
      assertThat(exit.output()).contains("did not answer");
    }
  }

  @Test
  void aServerThatSendsAByteNowAndThenHasNotAnswered() throws Exception {
    try (ServerSocket dripping = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      Thread drip =
          new Thread(
              () -> {
                try (Socket socket = dripping.accept()) {
                  while (!Thread.currentThread().isInterrupted()) {
                    socket.getOutputStream().write('H');
                    LockSupport.parkNanos(200_000_000);
                  }
                } catch (IOException gone) {
                  Thread.currentThread().interrupt();
                }
              });
      drip.setDaemon(true);
      drip.start();
      assertThat(Probe.run("http://127.0.0.1:" + dripping.getLocalPort() + "/health")).isEqualTo(1);
      drip.interrupt();
    }
  }

  @Test
  void exitsWith1AtNonsenseAndTellsItsUsage() throws Exception {
    assertThat(probe().output()).contains("usage: java app.galion.health.Probe URL");
    Exit nonsense = probe("not a url");
    assertThat(nonsense.code()).isEqualTo(1);
    assertThat(nonsense.output()).contains("was not asked").doesNotContain("\tat ");
  }
}
