package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Servers end with the JVM that started them, even with one that was killed. */
class WatchdogTest {

  /** Starts three servers, ends one of them, says the ports of the others, waits to be killed. */
  static final class Doomed {
    public static void main(String[] arguments) throws IOException {
      RedisServer ended = RedisServer.startOwn();
      RedisServer paused = RedisServer.startOwn();
      RedisServer running = RedisServer.startOwn();
      ended.close();
      paused.pause();
      System.out.println(paused.port() + " " + running.port());
      int unused = System.in.read();
    }
  }

  @Test
  void serversOfAKilledJvmEnd() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classPath = System.getProperty("java.class.path");
    Process doomed =
        new ProcessBuilder(java.toString(), "-cp", classPath, Doomed.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Integer> ports;
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(doomed.getInputStream(), StandardCharsets.US_ASCII))) {
      ports =
          List.of(String.valueOf(said.readLine()).split(" ")).stream()
              .map(Integer::valueOf)
              .toList();
      assertThat(ports).hasSize(2).allMatch(WatchdogTest::listens);
    } finally {
      doomed.destroyForcibly();
    }

    assertThat(doomed.waitFor(10, TimeUnit.SECONDS)).isTrue();
    Await.until(
        "both servers end",
        Duration.ofSeconds(10),
        () -> ports.stream().noneMatch(WatchdogTest::listens));
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
