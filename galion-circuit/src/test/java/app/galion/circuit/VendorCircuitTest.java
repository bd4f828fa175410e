package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.galion.circuit.CircuitStatus.State;
import app.galion.spi.Health;
import app.galion.testkit.FakeTicker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/* The circuit end to end: a real client, a real connection, a vendor that says what it is told to. */
class VendorCircuitTest {

  private static final String BUSY =
      "{\"error\":{\"message\":\"busy\",\"type\":\"server_error\",\"code\":null}}";
  private static final String BROKE =
      "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\","
          + "\"code\":\"insufficient_quota\"}}";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final FakeTicker ticker = new FakeTicker();

  private VendorCircuit circuit(VendorProfile profile) {
    VendorProfile steady = profile.toBuilder().jitter(0).build();
    return VendorCircuit.builder(profile.vendor(), steady).ticker(ticker).build();
  }

  private static VendorProfile profile(String vendor) {
    return switch (vendor) {
      case "openai-chat" -> VendorProfile.openAiChat();
      case "openai-whisper" -> VendorProfile.openAiWhisper();
      default -> VendorProfile.elevenLabsTts();
    };
  }

  private String send(VendorCircuit circuit, RawServer server) {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri()).POST(BodyPublishers.ofString("{}")).build();
    return circuit.callOrThrow(call -> call.send(http, request, BodyHandlers.ofString()).body());
  }

  private VendorException failing(VendorCircuit circuit, RawServer server) {
    VendorException error =
        catchThrowableOfType(VendorException.class, () -> send(circuit, server));
    assertThat(error).isNotNull();
    return error;
  }

  private CircuitOpenException refused(VendorCircuit circuit, RawServer server) {
    CircuitOpenException error =
        catchThrowableOfType(CircuitOpenException.class, () -> send(circuit, server));
    assertThat(error).isNotNull();
    return error;
  }

  @Nested
  class Opens {

    @ParameterizedTest
    @CsvSource({"openai-chat, 5, 60", "openai-whisper, 5, 60", "elevenlabs-tts, 3, 30"})
    void afterExactlyTheProfilesFailuresInARow(String vendor, int limit, int seconds)
        throws IOException {
      try (RawServer server = new RawServer(client -> client.reply(500, "", BUSY))) {
        VendorCircuit circuit = circuit(profile(vendor));
        for (int i = 1; i < limit; i++) {
          failing(circuit, server);
          assertThat(circuit.status().failureCount()).isEqualTo(i);
        }
        assertThat(circuit.status().state()).isEqualTo(State.CLOSED);
        failing(circuit, server);
        assertThat(circuit.status().state()).isEqualTo(State.OPEN);
        CircuitOpenException refusal = refused(circuit, server);
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(refusal)
            .hasMessage(
                "circuit '%s' is OPEN since 0 s: %d consecutive failures (limit %d), last 500"
                    + " server_error; next trial in %d s",
                vendor, limit, limit, seconds);
        assertThat(server.calls).hasValue(limit);
      }
    }

    @Test
    void onASlowStartAndOnABrokenBody() throws IOException {
      try (RawServer server =
          new RawServer(client -> client.say("HTTP/1.1 200 OK\nContent-Length: 50\n\nhel"))) {
        VendorCircuit circuit = circuit(VendorProfile.elevenLabsTts());
        for (int i = 0; i < 3; i++) {
          assertThat(failing(circuit, server).outcome()).isEqualTo(Outcome.STREAM_BROKEN);
        }
        assertThat(circuit.status().state()).isEqualTo(State.OPEN);
      }
    }

    @Test
    void whenAVendorCallsItsOwnOverloadTooManyRequests() throws IOException {
      String body = "{\"detail\":{\"status\":\"system_busy\",\"message\":\"try later\"}}";
      try (RawServer server = new RawServer(client -> client.reply(429, "", body))) {
        VendorCircuit circuit = circuit(VendorProfile.elevenLabsTts());
        for (int i = 0; i < 3; i++) {
          assertThat(failing(circuit, server).outcome()).isEqualTo(Outcome.OVERLOAD);
        }
        assertThat(circuit.status().state()).isEqualTo(State.OPEN);
      }
    }
  }

  @Nested
  class StaysClosed {

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 413, 415, 422})
    void onTheCallersOwnMistakes(int status) throws IOException {
      try (RawServer server = new RawServer(client -> client.reply(status, "", BUSY))) {
        VendorCircuit circuit = circuit(VendorProfile.elevenLabsTts());
        for (int i = 0; i < 12; i++) {
          assertThat(failing(circuit, server).outcome().callersFault()).isTrue();
        }
        assertThat(circuit.status().state()).isEqualTo(State.CLOSED);
        assertThat(circuit.status().failureCount()).isZero();
        assertThat(circuit.health().status()).isEqualTo(Health.Status.UP);
        assertThat(server.calls).hasValue(12);
      }
    }

    @Test
    void onARefusalByTheContentPolicy() throws IOException {
      String body = "{\"error\":{\"message\":\"rejected\",\"code\":\"content_policy_violation\"}}";
      try (RawServer server = new RawServer(client -> client.reply(400, "", body))) {
        VendorCircuit circuit = circuit(VendorProfile.openAiChat());
        for (int i = 0; i < 12; i++) {
          assertThat(failing(circuit, server).outcome()).isEqualTo(Outcome.POLICY);
        }
        assertThat(circuit.status().failureCount()).isZero();
      }
    }

    @Test
    void whenMistakesStandBetweenFailuresWhichStillAddUp() throws IOException {
      try (RawServer sick = new RawServer(client -> client.reply(500, "", BUSY));
          RawServer picky = new RawServer(client -> client.reply(422, "", "{}"))) {
        VendorCircuit circuit = circuit(VendorProfile.elevenLabsTts());
        for (int i = 1; i <= 2; i++) {
          failing(circuit, sick);
          failing(circuit, picky);
          assertThat(circuit.status().failureCount()).isEqualTo(i);
        }
        failing(circuit, sick);
        assertThat(circuit.status().state()).isEqualTo(State.OPEN);
      }
    }
  }

  @Nested
  class HoldsTheKey {

    private void forAsLongAsAsked(String header, long seconds) throws IOException {
      String body = "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}";
      try (RawServer server = new RawServer(client -> client.reply(429, header, body))) {
        VendorCircuit circuit = circuit(VendorProfile.openAiChat());
        assertThat(failing(circuit, server).outcome()).isEqualTo(Outcome.THROTTLE);
        CircuitOpenException refusal = refused(circuit, server);
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(refusal).hasMessageContaining("key 'default' waits: THROTTLE");
        assertThat(circuit.status().state()).isEqualTo(State.CLOSED);
        ticker.advance(Duration.ofSeconds(seconds));
        failing(circuit, server);
        assertThat(server.calls).hasValue(2);
      }
    }

    @Test
    void forTheSecondsThatARateLimitAsks() throws IOException {
      forAsLongAsAsked("Retry-After: 20\n", 20);
    }

    @Test
    void forTheMillisecondsThatARateLimitAsks() throws IOException {
      forAsLongAsAsked("retry-after-ms: 3000\n", 3);
    }

    @Test
    void whenTheAccountIsEmptyUntilReset() throws IOException {
      try (RawServer server = new RawServer(client -> client.reply(429, "", BROKE))) {
        VendorCircuit circuit = circuit(VendorProfile.openAiChat());
        assertThat(failing(circuit, server).outcome()).isEqualTo(Outcome.QUOTA);
        assertThat(refused(circuit, server))
            .hasMessageContaining("key 'default' is refused: QUOTA, 429 insufficient_quota")
            .hasMessageContaining("next in 600 s")
            .hasMessageContaining("resetLatch()");
        assertThat(circuit.status().state()).isEqualTo(State.CLOSED);
        assertThat(circuit.health().status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(server.calls).hasValue(1);
        circuit.resetLatch();
        failing(circuit, server);
        assertThat(server.calls).hasValue(2);
      }
    }

    @Test
    void thatIsWrongAndNeverPrintsIt() throws IOException {
      String key = "sk-proj-ABCDEFGHIJKLMNOP1234";
      String body =
          "{\"error\":{\"message\":\"Incorrect API key provided: "
              + key
              + "\",\"code\":\"invalid"
              + "_api_key\"}}";
      try (RawServer server = new RawServer(client -> client.reply(401, "", body))) {
        VendorCircuit circuit = circuit(VendorProfile.openAiChat());
        VendorException error = failing(circuit, server);
        assertThat(error.outcome()).isEqualTo(Outcome.AUTH);
        assertThat(error).hasMessageContaining("sk-****");
        CircuitOpenException refusal = refused(circuit, server);
        List<String> told =
            List.of(
                error.toString(),
                error.verdict().toString(),
                refusal.toString(),
                circuit.status().toString(),
                circuit.health().details().toString());
        assertThat(told).noneMatch(text -> text.contains("ABCDEFGH"));
      }
    }
  }

  @Nested
  class Recovers {

    @Test
    void withOneTrialHoweverManyThreadsAsk() throws Exception {
      int threads = 32;
      CountDownLatch answered = new CountDownLatch(1);
      try (RawServer sick = new RawServer(client -> client.reply(500, "", BUSY));
          RawServer well =
              new RawServer(
                  client -> {
                    answered.await(20, TimeUnit.SECONDS);
                    client.reply(200, "", "hello");
                  })) {
        VendorCircuit circuit = circuit(VendorProfile.elevenLabsTts());
        for (int i = 0; i < 3; i++) {
          failing(circuit, sick);
        }
        ticker.advance(Duration.ofSeconds(30));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
          CountDownLatch refusals = new CountDownLatch(threads - 1);
          List<Future<String>> results = new ArrayList<>();
          for (int i = 0; i < threads; i++) {
            results.add(
                pool.submit(
                    () -> {
                      try {
                        return send(circuit, well);
                      } catch (CircuitOpenException e) {
                        refusals.countDown();
                        return "refused";
                      }
                    }));
          }
          assertThat(refusals.await(20, TimeUnit.SECONDS)).isTrue();
          assertThat(circuit.status().state()).isEqualTo(State.HALF_OPEN);
          answered.countDown();
          int passed = 0;
          for (Future<String> result : results) {
            passed += result.get(20, TimeUnit.SECONDS).equals("hello") ? 1 : 0;
          }
          assertThat(passed).isEqualTo(1);
        } finally {
          pool.shutdownNow();
        }
        assertThat(well.calls).hasValue(1);
        assertThat(circuit.status().state()).isEqualTo(State.CLOSED);
      }
    }

    @Test
    void andOpensForTwiceAsLongWhenTheTrialFails() throws IOException {
      try (RawServer server = new RawServer(client -> client.reply(503, "", BUSY))) {
        VendorCircuit circuit = circuit(VendorProfile.elevenLabsTts());
        for (int i = 0; i < 3; i++) {
          failing(circuit, server);
        }
        ticker.advance(Duration.ofSeconds(30));
        failing(circuit, server);
        assertThat(refused(circuit, server))
            .hasMessageContaining("the trial failed")
            .hasMessageContaining("next trial in 60 s");
      }
    }
  }

  @Nested
  class ByOrder {

    @Test
    void sendsNothingWhileForcedOpenAndTriesAtOnceWhenForcedClosed() throws IOException {
      try (RawServer server = new RawServer(client -> client.reply(200, "", "hello"))) {
        VendorCircuit circuit = circuit(VendorProfile.openAiChat());
        circuit.forceOpen("invoice unpaid");
        assertThat(refused(circuit, server))
            .hasMessageContaining("OPEN by order")
            .hasMessageContaining("invoice unpaid")
            .hasMessageContaining("forceClose");
        assertThat(server.calls).hasValue(0);
        assertThat(circuit.status().state()).isEqualTo(State.OPEN);
        circuit.forceClose("paid");
        assertThat(send(circuit, server)).isEqualTo("hello");
      }
    }
  }

  @Test
  void aCheckedErrorOfTheWorkBecomesAVendorException() {
    VendorCircuit circuit = circuit(VendorProfile.openAiChat());
    assertThatThrownBy(
            () ->
                circuit.callOrThrow(
                    call -> {
                      throw new IOException("reset by peer");
                    }))
        .isInstanceOf(VendorException.class)
        .hasMessage("circuit 'openai-chat': TRANSPORT: IOException: reset by peer")
        .hasCauseInstanceOf(IOException.class);
    assertThat(circuit.status().failureCount()).isEqualTo(1);
  }
}
