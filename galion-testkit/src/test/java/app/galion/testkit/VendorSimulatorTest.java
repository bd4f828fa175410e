package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class VendorSimulatorTest {

  private static final String QUESTION =
      "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"how are you\"}]}";
  private static final String STREAM =
      QUESTION.replace("\"messages\"", "\"stream\":true,\"messages\"");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final VendorSimulator vendors = VendorSimulator.start();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    vendors.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(vendors.uri().resolve(path))
        .header("Authorization", "Bearer sk-test")
        .header("xi-api-key", "test");
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        to(path).method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> chat(String body) throws Exception {
    return send("POST", "/v1/chat/completions", body);
  }

  @Nested
  class AnswersWell {

    @Test
    void chatIsAFunctionOfTheRequest() throws Exception {
      HttpResponse<String> first = chat(QUESTION);

      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.headers().firstValue("x-ratelimit-remaining-requests")).isPresent();
      assertThat(JSON.readTree(first.body()).at("/choices/0/message/content").asText())
          .endsWith(" to: how are you");
      assertThat(chat(QUESTION).body()).isEqualTo(first.body());
      assertThat(chat(QUESTION.replace("how", "who")).body()).isNotEqualTo(first.body());
    }

    @Test
    void aStreamTellsItsUsageWhenAsked() throws Exception {
      String asking =
          STREAM.replace(
              "\"messages\"", "\"stream_options\":{\"include_usage\":true},\"messages\"");
      String[] lines = chat(asking).body().split("\n\n");
      JsonNode last = JSON.readTree(lines[lines.length - 2].substring("data: ".length()));

      assertThat(last.path("choices")).isEmpty();
      assertThat(last.at("/usage/total_tokens").asInt()).isGreaterThan(3);
      assertThat(chat(STREAM).body()).doesNotContain("usage");
    }

    @Test
    void streamedDeltasJoinToTheText() throws Exception {
      StringBuilder text = new StringBuilder();
      String last = "";
      for (String line : chat(STREAM).body().split("\n\n")) {
        last = line.substring("data: ".length());
        if (last.startsWith("{")) {
          text.append(JSON.readTree(last).at("/choices/0/delta/content").asText(""));
        }
      }

      assertThat(last).isEqualTo("[DONE]");
      assertThat(text.toString()).startsWith("Simulated answer ").endsWith(" to: how are you");
    }

    @Test
    void transcriptsReadTheForm() throws Exception {
      String form =
          "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
              + "--x\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nde\r\n"
              + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n"
              + "12345\r\n--x--\r\n";

      HttpResponse<String> heard =
          http.send(
              to("/v1/audio/transcriptions")
                  .header("Content-Type", "multipart/form-data; boundary=x")
                  .POST(BodyPublishers.ofString(form))
                  .build(),
              BodyHandlers.ofString());

      JsonNode answer = JSON.readTree(heard.body());
      assertThat(answer.path("text").asText()).endsWith(" of 5 bytes.");
      assertThat(answer.path("language").asText()).isEqualTo("de");
    }

    @Test
    void speechIsChunkedAudio() throws Exception {
      HttpResponse<byte[]> spoken =
          http.send(
              to("/v1/text-to-speech/rachel")
                  .POST(BodyPublishers.ofString("{\"text\":\"hello\"}"))
                  .build(),
              BodyHandlers.ofByteArray());

      assertThat(spoken.headers().firstValue("transfer-encoding")).contains("chunked");
      assertThat(spoken.headers().firstValue("maximum-concurrent-requests")).contains("5");
      assertThat(spoken.body()).hasSize(5 * 417).startsWith(0xff, 0xfb);
    }

    @Test
    void aWrongRequestIsRefusedInTheVendorsWords() throws Exception {
      assertThat(chat("{").statusCode()).isEqualTo(400);
      assertThat(chat("{\"model\":\"m\"}").body()).contains("'messages'");
      assertThat(send("POST", "/v1/text-to-speech/rachel", "{}").statusCode()).isEqualTo(422);
      assertThat(send("POST", "/v1/audio/transcriptions", "").statusCode()).isEqualTo(400);
    }
  }

  @Nested
  class Faults {

    @Test
    void befallAsManyCallsAsAskedAndNoOtherVendor() throws Exception {
      vendors.faults(
          Vendor.OPENAI_CHAT,
          VendorFault.status(503).body("{\"a\":1}").header("Retry-After", "7").times(2),
          VendorFault.status(429));

      HttpResponse<String> first = chat(QUESTION);
      assertThat(first.statusCode()).isEqualTo(503);
      assertThat(first.body()).isEqualTo("{\"a\":1}");
      assertThat(first.headers().firstValue("Retry-After")).contains("7");
      assertThat(send("POST", "/v1/text-to-speech/a", "{\"text\":\"b\"}").statusCode())
          .isEqualTo(200);
      assertThat(chat(QUESTION).statusCode()).isEqualTo(503);
      assertThat(chat(QUESTION).statusCode()).isEqualTo(429);
      assertThat(chat(QUESTION).statusCode()).isEqualTo(200);
    }

    @Test
    void aCutIsNoEnd() {
      vendors.faults(Vendor.OPENAI_CHAT, VendorFault.cutAfter(600), VendorFault.cutAfter(0));

      assertThatThrownBy(() -> chat(STREAM)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> chat(QUESTION)).isInstanceOf(IOException.class);
    }

    @Test
    void aCallerWhoLeavesASilenceIsCounted() {
      vendors.faults(
          Vendor.OPENAI_CHAT,
          VendorFault.delay(Duration.ofMinutes(1)),
          VendorFault.stallAfter(100));

      assertThatThrownBy(() -> left(QUESTION, Duration.ofMillis(300), Duration.ofMinutes(1)))
          .hasCauseInstanceOf(HttpTimeoutException.class);
      assertThatThrownBy(() -> left(STREAM, Duration.ofMinutes(1), Duration.ofMillis(600)))
          .hasRootCauseInstanceOf(TimeoutException.class);
      Await.until(
          "the first caller's leaving is seen",
          Duration.ofSeconds(20),
          () -> vendors.counts(Vendor.OPENAI_CHAT).aborted() >= 1);
      Await.until(
          "both calls",
          Duration.ofSeconds(20),
          () -> vendors.counts(Vendor.OPENAI_CHAT).calls() == 2);
    }

    private HttpResponse<String> left(String body, Duration ofRequest, Duration ofAll) {
      return http.sendAsync(
              to("/v1/chat/completions")
                  .timeout(ofRequest)
                  .POST(BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString())
          .orTimeout(ofAll.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    }

    @Test
    void aStallEndsWhenTheFaultsAreCleared() throws Exception {
      vendors.faults(Vendor.OPENAI_CHAT, VendorFault.stallAfter(10));
      var pending =
          http.sendAsync(
              to("/v1/chat/completions").POST(BodyPublishers.ofString(QUESTION)).build(),
              BodyHandlers.ofString());
      Await.until(
          "ten bytes",
          Duration.ofSeconds(20),
          () -> vendors.counts(Vendor.OPENAI_CHAT).bytes() == 10);

      vendors.clear(Vendor.OPENAI_CHAT);

      assertThat(pending.get(20, TimeUnit.SECONDS).body()).endsWith("}");
    }
  }

  @Nested
  class Control {

    @Test
    void queuesClearsAndCounts() throws Exception {
      assertThat(
              send(
                      "PUT",
                      "/_control/openai-chat",
                      "{\"faults\":[{\"status\":500,\"body\":{\"error\":{}},\"times\":9}]}")
                  .body())
          .isEqualTo("{\"faults\":1}");
      assertThat(chat(QUESTION).body()).isEqualTo("{\"error\":{}}");
      assertThat(send("DELETE", "/_control/openai-chat", "").statusCode()).isEqualTo(200);
      assertThat(chat(QUESTION).statusCode()).isEqualTo(200);

      JsonNode counts = JSON.readTree(send("GET", "/_control", "").body());
      assertThat(counts.at("/openai-chat/calls").asInt()).isEqualTo(2);
      assertThat(counts.at("/elevenlabs-tts/calls").asInt()).isZero();
    }

    @Test
    void saysWhatIsWrong() throws Exception {
      String path = "/_control/openai-chat";

      assertThat(send("PUT", path, "{").statusCode()).isEqualTo(400);
      assertThat(send("PUT", path, "{}").body()).contains("expected {\\\"faults\\\":[...]}");
      assertThat(send("PUT", path, "{\"faults\":[{\"stauts\":1}]}").body()).contains("stauts");
      assertThat(send("PUT", path, "{\"faults\":[{\"status\":99}]}").body())
          .contains("status is 99, it must be 200 to 599");
      assertThat(send("PUT", path, "{\"faults\":[null]}").statusCode()).isEqualTo(400);
      assertThat(send("POST", path, "{}").statusCode()).isEqualTo(405);
      assertThat(send("PUT", "/_control/nobody", "{}").body()).contains("elevenlabs-tts");
      assertThat(send("GET", "/nowhere", "").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aTakenPortIsNamed() {
    assertThatThrownBy(() -> VendorSimulator.start(vendors.port()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("port " + vendors.port());
  }
}
