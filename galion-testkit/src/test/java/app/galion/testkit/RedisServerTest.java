package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RedisServerTest {

  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.startOwn();
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static Path directoryOf(RedisServer server) {
    return Path.of(String.valueOf(((List<?>) server.command("CONFIG", "GET", "dir")).get(1)));
  }

  @Nested
  class ARunningServer {

    @Test
    void answersEveryKindOfReply() {
      assertThat(server.command("SET", "k", "wert ü")).isEqualTo("OK");
      assertThat(server.command("GET", "k")).isEqualTo("wert ü");
      assertThat(server.command("GET", "none")).isNull();
      assertThat(server.command("STRLEN", "k")).isEqualTo(7L);
      assertThat(server.command("EVAL", "return {1,{'a'},false}", "0"))
          .isEqualTo(java.util.Arrays.asList(1L, List.of("a"), null));
    }

    @Test
    void answersAnErrorWithTheServersWords() {
      assertThatExceptionOfType(RedisErrorReply.class)
          .isThrownBy(() -> server.command("NOPE"))
          .withMessageStartingWith("ERR unknown command");
    }

    @Test
    void keepsNothingOnDisk() {
      assertThat(server.command("CONFIG", "GET", "save")).isEqualTo(List.of("save", ""));
      assertThat(server.host()).isEqualTo("127.0.0.1");
      assertThat(server.uri()).isEqualTo("redis://127.0.0.1:" + server.port());
    }
  }

  @Nested
  class AFault {

    @Test
    void killEndsItAndRestartBringsItBackEmptyOnItsPort() {
      try (RedisServer own = RedisServer.startOwn()) {
        own.command("SET", "k", "v");
        String uri = own.uri();

        own.kill();
        own.kill();
        assertThatThrownBy(() -> own.command("PING"))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("127.0.0.1:" + own.port());

        own.restart();
        assertThat(own.command("GET", "k")).isNull();
        assertThat(own.uri()).isEqualTo(uri);
      }
    }

    @Test
    void pauseLeavesConnectionsOpenAndUnansweredUntilResume() throws Exception {
      try (RedisServer own = RedisServer.startOwn();
          Socket socket = new Socket(own.host(), own.port())) {
        own.pause();
        socket.setSoTimeout(200);
        socket.getOutputStream().write("PING\r\n".getBytes());
        assertThatThrownBy(() -> socket.getInputStream().read())
            .isInstanceOf(java.net.SocketTimeoutException.class);

        own.resume();
        socket.setSoTimeout(5_000);
        assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
      }
    }

    @Test
    void closeEndsAPausedServerAndDeletesItsDirectory() throws Exception {
      RedisServer own = RedisServer.startOwn();
      Path directory = directoryOf(own);
      own.pause();

      own.close();
      own.close();

      assertThat(directory).doesNotExist();
      assertThatThrownBy(() -> new Socket(own.host(), own.port()).close())
          .isInstanceOf(IOException.class);
    }
  }

  @Nested
  class ExtraArguments {

    @Test
    void takeEffectAndAPasswordBecomesPartOfTheUri() {
      try (RedisServer own =
          RedisServer.startOwn("--requirepass", "geheim", "--maxmemory", "10mb")) {
        assertThat(own.uri()).contains(":geheim@");
        assertThat(own).asString().doesNotContain("geheim");
        assertThat(own.command("CONFIG", "GET", "maxmemory"))
            .isEqualTo(List.of("maxmemory", "10485760"));
      }
    }

    @Test
    void thatAreWrongAreReportedInTheServersWords() {
      assertThatIllegalStateException()
          .isThrownBy(() -> RedisServer.startOwn("--no-such-option", "1"))
          .withMessageContaining("no-such-option");
    }
  }

  @Nested
  class AGivenServer {

    @Test
    void isUsedAsItIsAndLeftRunning() {
      try (RedisServer given = RedisServer.start(server.uri() + "/1")) {
        given.command("SET", "given", "1");
        assertThat(given.own()).isFalse();
        assertThat(given.port()).isEqualTo(server.port());
        assertThatIllegalStateException()
            .isThrownBy(given::kill)
            .withMessageContaining("startOwn()");
      }
      assertThat(server.command("PING")).isEqualTo("PONG");
      assertThat(server.command("EXISTS", "given")).as("in database 0").isEqualTo(0L);
    }

    @Test
    void thatDoesNotAnswerIsNamedWithoutItsPassword() {
      assertThatIllegalStateException()
          .isThrownBy(() -> RedisServer.start("redis://:geheim@127.0.0.1:1"))
          .withMessageContaining("127.0.0.1:1")
          .withMessageContaining("GALION_TEST_REDIS_URI")
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("geheim"));
    }

    @Test
    void ofAnotherKindIsRefused() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RedisServer.start("http://127.0.0.1:1"))
          .withMessageContaining("redis://");
    }
  }

  @Test
  void dockerIsLookedForWithoutWaiting() throws Exception {
    assertThat(DockerDoor.reachable("tcp://127.0.0.1:1", "")).isFalse();
    assertThat(DockerDoor.reachable("unix:///no/such/socket", "")).isFalse();
    Path noSocket = Files.createTempFile("galion-no-docker", ".sock");
    try {
      assertThat(DockerDoor.reachable("unix://" + noSocket, "")).isFalse();
    } finally {
      Files.delete(noSocket);
    }
  }

  @Test
  void everyBinaryOfTheJarIsFoundByItsSystem() {
    for (String[] system :
        new String[][] {
          {"Linux", "amd64"},
          {"Linux", "aarch64"},
          {"Linux", "i386"},
          {"Mac OS X", "x86_64"},
          {"Mac OS X", "aarch64"}
        }) {
      String resource = EmbeddedBinary.resourceFor(system[0], system[1]);
      assertThat(RedisServerTest.class.getResource("/" + resource)).as(resource).isNotNull();
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> EmbeddedBinary.resourceFor("Windows 11", "amd64"))
        .withMessageContaining("Windows 11");
  }

  @Test
  void aForgottenServerEndsWithItsJvm() throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ForgetsItsServer.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(jvm.getInputStream().readAllBytes()).strip();

    assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).matches("\\d+ /.*");
    int port = Integer.parseInt(said.substring(0, said.indexOf(' ')));
    assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(IOException.class);
    assertThat(Path.of(said.substring(said.indexOf(' ') + 1))).doesNotExist();
  }

  static final class ForgetsItsServer {
    public static void main(String[] args) {
      RedisServer forgotten = RedisServer.startOwn();
      System.out.println(forgotten.port() + " " + directoryOf(forgotten));
    }
  }
}
