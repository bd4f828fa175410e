package app.galion.reference;

import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import app.galion.reference.RunningReference.Answer;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers and operators get wrong: the stated answer, and nobody else is harmed. */
class BadInputTest {

  private static RunningReference api;

  @BeforeAll
  static void start() {
    api = RunningReference.start("--nodes", "1");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  static String[] malformedChats() {
    return new String[] {
      "",
      "{",
      "[]",
      "null",
      "\"prompt\"",
      "{\"prompt\":5}",
      "{\"prompt\":null}",
      "{\"prompt\":\"  \"}",
      "{\"prompt\":\"a\",\"model\":{}}",
      "{\"prompt\":\"a\",\"stream\":\"yes\"}",
      "{\"prompt\":\"a\",\"temperature\":9}",
      "{\"prompt\":\"a\",\"max_tokens\":1.5}",
      "{\"prompt\":\"a\"} trailing",
      "{\"prompt\":\"a\",\"prompt\":\"b\"}",
      "{\"prompt\":\"\\u0000\"}",
      "{\"prompt\":\"\\ud800\"}",
      "[".repeat(20_000)
    };
  }

  @ParameterizedTest
  @MethodSource("malformedChats")
  void malformedJsonIsA400(String body) {
    Answer answer = api.post(1, "/api/v1/chat", body).as(caller()).send();

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("error").asText()).isEqualTo("bad_request");
    assertThat(answer.text()).doesNotContain("Exception", "at app.galion", "at com.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/auth/login",
        "/api/v1/auth/register",
        "/api/v1/voice/tts",
        "/api/v1/chat"
      })
  void jsonBeyondItsLimitIsA413(String path) {
    String body = "{\"prompt\":\"" + "x".repeat(64 * 1024) + "\"}";

    assertThat(api.post(1, path, body).as(caller()).send().status()).isEqualTo(413);
  }

  @Test
  void aFileBeyondItsLimitIsA413AndOneAtItIsTaken() {
    int limit = 10 * 1024 * 1024;

    assertThat(api.post(1, "/api/v1/files", new byte[limit]).as(caller()).send().status())
        .isEqualTo(201);
    assertThat(api.post(1, "/api/v1/files", new byte[limit + 1]).as(caller()).send().status())
        .isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/search",
        "/api/v1/search?q=",
        "/api/v1/search?q=%00",
        "/api/v1/search?q=%ff",
        "/api/v1/users/x"
      })
  void malformedParametersAreA400(String path) {
    assertThat(api.get(1, path).as(caller()).send().status()).isEqualTo(400);
  }

  @Test
  void aHugeHeaderIsRefused() throws IOException {
    String head = "GET /health HTTP/1.1\r\nHost: a\r\nX-Big: " + "x".repeat(1_000_000) + "\r\n\r\n";

    assertThat(raw(head)).matches("(?s)|HTTP/1.1 (431|400) .*");
    assertThat(api.get(1, "/health").send().status()).isEqualTo(200);
  }

  @Test
  void bodiesThatComeSlowlyDelayNobodyElse() throws IOException {
    String begun = "POST /api/v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nslow";
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < WebServer.MAX_THREADS + 50; i++) {
        Socket socket = new Socket("127.0.0.1", api.port(1));
        slow.add(socket);
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(api.get(1, "/health").send().status()).isEqualTo(200);
      assertThat(api.get(1, "/api/v1/users/1").as(caller()).send().status()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aBodyThatTricklesIsA408AndFreesItsThread() throws Exception {
    String begun =
        "POST /api/v1/files HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer demo-slow-%d\r\n"
            + "Content-Length: 1000000\r\n\r\n"
            + "x".repeat(2 * Bodies.JSON_LIMIT);
    List<Socket> slow = new ArrayList<>();
    ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    try {
      for (int i = 0; i < WebServer.MAX_THREADS; i++) {
        Socket socket = new Socket("127.0.0.1", api.port(1));
        slow.add(socket);
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(String.format(begun, i).getBytes(StandardCharsets.US_ASCII));
      }
      OutputStream first = slow.get(0).getOutputStream();
      var unused = trickle.scheduleAtFixedRate(() -> drop(first), 500, 500, TimeUnit.MILLISECONDS);

      for (Socket socket : slow) {
        assertThat(answerOf(socket)).startsWith("HTTP/1.1 408 ").contains("\"request_timeout\"");
      }
      assertThat(api.get(1, "/health").send().status()).isEqualTo(200);
    } finally {
      trickle.shutdownNow();
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static void drop(OutputStream out) {
    try {
      out.write('x');
    } catch (IOException e) {
      throw new UncheckedIOException(e); // answered: ends the trickle
    }
  }

  @ParameterizedTest
  @CsvSource({"/, 414, uri_too_long", "/health?x=, 414, uri_too_long"})
  void aHugeAddressIsRefused(String start, int status, String code) {
    String request = "GET " + start + "x".repeat(100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";

    String answer =
        Await.value(
            "an answer, not only connections reset while the address was still being sent",
            Duration.ofSeconds(60),
            () -> {
              String seen = raw(request);
              return seen.isEmpty() ? null : seen;
            });

    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("\"error\":\"" + code);
    assertThat(answer).doesNotContain("Exception", "at org.", "at app.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/9.9", "FOO"})
  void anUnknownProtocolIsA505(String protocol) throws IOException {
    assertThat(raw("GET /health " + protocol + "\r\nHost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 505 ")
        .contains("{\"error\":\"http_version_not_supported\",\"message\":\"")
        .doesNotContain("Exception", "at org.", "at app.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "POST /api/v1/chat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /api/v1/chat HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n"
      })
  void malformedRequestsAreA400(String request) throws IOException {
    assertThat(raw(request)).startsWith("HTTP/1.1 400 ").contains("{\"error\":");
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", api.port(1))) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return answerOf(socket);
    } catch (SocketException e) {
      return ""; // the connection was reset, which harms nobody else
    }
  }

  private static String answerOf(Socket socket) throws IOException {
    byte[] answer = new byte[4096];
    int length = socket.getInputStream().read(answer);
    return length < 0 ? "" : new String(answer, 0, length, StandardCharsets.US_ASCII);
  }

  @Test
  void aForgedAddressOfAnUntrustedPeerDoesNotCount() {
    try (RunningReference strict =
        RunningReference.start("--nodes", "1", "--trusted-proxies", "10.0.0.0/8")) {
      for (int i = 0; i < 3; i++) {
        strict.post(1, "/api/v1/auth/reset", "").from("203.0.113." + i).send();
      }

      Answer fourth = strict.post(1, "/api/v1/auth/reset", "").from("203.0.113.9").send();

      assertThat(fourth.status()).isEqualTo(429);
    }
  }

  @Test
  void aBusyPortIsNamedAtTheStart() {
    String taken = Integer.toString(api.port(0));
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> startWith("--port", taken))
        .withMessageContaining(":" + taken)
        .withMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--redis redis://:secret@127.0.0.1:1",
        "--redis http://127.0.0.1:1",
        "--database jdbc:postgresql://127.0.0.1:1/x?user=u&password=secret",
        "--database jdbc:nothing:x",
        "--openai-base-url http://127.0.0.1:1",
        "--elevenlabs-base-url http://no.such.host.invalid",
        "--trusted-proxies here"
      })
  void anUnreachableServerIsNamedAtTheStart(String given) {
    String[] option = given.split(" ", 2);
    String port = Integer.toString(RunningReference.freeRange());
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> startWith("--port", port, "--nodes", "1", option[0], option[1]))
        .withMessageContaining(option[0])
        .withMessageNotContaining("secret")
        .withMessageNotContaining("\n");
  }

  @Test
  void aWrongPasswordOfRedisIsSaid() {
    try (RedisServer server = RedisServer.startOwn("--requirepass", "right")) {
      String uri = "redis://:wrong@127.0.0.1:" + server.port();
      String port = Integer.toString(RunningReference.freeRange());
      assertThatExceptionOfType(StartFailure.class)
          .isThrownBy(() -> startWith("--port", port, "--nodes", "1", "--redis", uri))
          .withMessageContaining("WRONGPASS")
          .withMessageNotContaining("wrong@");
    }
  }

  private static void startWith(String... arguments) {
    try (Reference reference = new Reference(Options.parse(Map.of(), arguments))) {
      reference.start();
    }
  }
}
