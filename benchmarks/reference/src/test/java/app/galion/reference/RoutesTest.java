package app.galion.reference;

import static app.galion.reference.RunningReference.address;
import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.reference.RunningReference.Answer;
import app.galion.testkit.Await;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every route and what it says, spoken to over HTTP while everything works. */
class RoutesTest {

  private static RunningReference api;

  @BeforeAll
  static void start() {
    api = RunningReference.start();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void readyLineNamesEveryPort() {
    assertThat(api.reference.readyLine())
        .matches(
            "galion-reference ready: console http://localhost:\\d+/ nodes http://localhost:\\d+"
                + " http://localhost:\\d+ vendors http://localhost:\\d+ redis redis://localhost:\\d+");
  }

  @Nested
  class Users {

    @Test
    void readsThroughBothTiers() {
      String user = caller();

      Answer first = api.get(1, "/api/v1/users/7").as(user).send();
      Answer again = api.get(1, "/api/v1/users/7").as(user).send();
      Answer other = api.get(2, "/api/v1/users/7").as(user).send();

      assertThat(first.text())
          .isEqualTo("{\"id\":7,\"name\":\"User 7\",\"plan\":\"free\",\"version\":1}");
      assertThat(first.header("X-Cache")).isEqualTo("MISS");
      assertThat(again.header("X-Cache")).isEqualTo("L1");
      assertThat(other.header("X-Cache")).isEqualTo("L2");
      assertThat(other.header("X-Node")).isEqualTo("2");
      assertThat(Integer.parseInt(other.header("Age"))).isBetween(0, 30);
      assertThat(first.header("X-RateLimit-Limit")).isEqualTo("200");
      assertThat(other.header("X-RateLimit-Remaining")).isEqualTo("197");
      assertThat(Long.parseLong(other.header("X-RateLimit-Reset"))).isGreaterThan(1_600_000_000L);
    }

    @Test
    void unknownIsRememberedUntilItIsCreated() {
      assertThat(api.get(1, "/api/v1/users/5001").send().status()).isEqualTo(404);
      Answer again = api.get(1, "/api/v1/users/5001").send();
      assertThat(again.status()).isEqualTo(404);
      assertThat(again.header("X-Cache")).isEqualTo("L1");

      Answer put = api.put(1, "/api/v1/users/5001", "{\"name\":\"Ann\"}").send();

      assertThat(put.text())
          .isEqualTo("{\"id\":5001,\"name\":\"Ann\",\"plan\":\"free\",\"version\":1}");
      assertThat(api.get(1, "/api/v1/users/5001").send().json().path("name").asText())
          .isEqualTo("Ann");
    }

    @Test
    void absentPlanKeepsTheOldOne() {
      api.put(1, "/api/v1/users/8", "{\"name\":\"B\",\"plan\":\"pro\"}").send();

      JsonNode changed = api.put(2, "/api/v1/users/8", "{\"name\":\"C\"}").send().json();

      assertThat(changed.path("plan").asText()).isEqualTo("pro");
      assertThat(changed.path("version").asInt()).isEqualTo(3);
    }

    @Test
    void deleteIsTheSameForTheUnknown() {
      assertThat(api.delete(1, "/api/v1/users/9").send().status()).isEqualTo(204);
      assertThat(api.delete(1, "/api/v1/users/9").send().status()).isEqualTo(204);
      assertThat(api.get(1, "/api/v1/users/9").send().status()).isEqualTo(404);
    }

    @Test
    void clearEmptiesEveryNode() {
      String user = caller();
      api.get(1, "/api/v1/users/10").as(user).send();
      Await.until(
          "node 2 holds it",
          Duration.ofSeconds(20),
          () -> api.get(2, "/api/v1/users/10").as(user).send().header("X-Cache").equals("L1"));

      assertThat(api.delete(1, "/api/v1/cache/users").send().status()).isEqualTo(204);

      assertThat(api.get(1, "/api/v1/users/10").as(user).send().header("X-Cache"))
          .isEqualTo("MISS");
      Await.until(
          "node 2 drops what it had",
          Duration.ofSeconds(20),
          () -> !api.get(2, "/api/v1/users/10").as(user).send().header("X-Cache").equals("L1"));
    }
  }

  @Nested
  class Auth {

    @Test
    void loginGivesATokenForThePassword() {
      String from = address();
      Answer good =
          api.post(1, "/api/v1/auth/login", "{\"user\":\"u1\",\"password\":\"demo\"}")
              .from(from)
              .send();
      Answer bad =
          api.post(1, "/api/v1/auth/login", "{\"user\":\"u1\",\"password\":\"x\"}")
              .from(from)
              .send();

      assertThat(good.text()).isEqualTo("{\"token\":\"demo-u1\"}");
      assertThat(bad.status()).isEqualTo(401);
      assertThat(bad.header("X-RateLimit-Remaining")).isEqualTo("8");
    }

    @Test
    void threeHundredParallelLoginsFromOneAddressAdmitTen() {
      String from = address();
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        calls.add(
            api.post(
                    1 + i % 2,
                    "/api/v1/auth/login",
                    "{\"user\":\"many-" + i + "\",\"password\":\"demo\"}")
                .from(from)
                .sendAsync());
      }
      List<Answer> answers = calls.stream().map(CompletableFuture::join).toList();

      assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(10);
      assertThat(answers)
          .filteredOn(answer -> answer.status() == 429)
          .hasSize(290)
          .allSatisfy(
              answer -> {
                assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
                JsonNode body = answer.json();
                assertThat(body.path("error").asText()).isEqualTo("rate_limit_exceeded");
                assertThat(body.path("message").isTextual()).isTrue();
                assertThat(body.path("retry_after").isInt()).isTrue();
              });
    }

    @Test
    void oneUserIsLimitedFromManyAddresses() {
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        statuses.add(
            api.post(1, "/api/v1/auth/login", "{\"user\":\"hunted\",\"password\":\"demo\"}")
                .from(address())
                .send()
                .status());
      }

      assertThat(statuses).filteredOn(status -> status == 200).hasSize(10);
      assertThat(statuses).endsWith(429, 429);
    }

    @Test
    void blanksMakeNoOtherUser() {
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String user = " ".repeat(i % 3) + "padded" + " ".repeat(i);
        statuses.add(
            api.post(1, "/api/v1/auth/login", "{\"user\":\"" + user + "\",\"password\":\"x\"}")
                .from(address())
                .send()
                .status());
      }

      assertThat(statuses).filteredOn(status -> status == 401).hasSize(10);
      assertThat(statuses).endsWith(429, 429);
      assertThat(
              api.post(1, "/api/v1/auth/login", "{\"user\":\"a\\nb\",\"password\":\"demo\"}")
                  .from(address())
                  .send()
                  .status())
          .isEqualTo(400);
    }

    @Test
    void registerAndResetAreAccepted() {
      Answer register = api.post(1, "/api/v1/auth/register", "{}").from(address()).send();
      Answer reset = api.post(1, "/api/v1/auth/reset", "").from(address()).send();

      assertThat(register.status()).isEqualTo(202);
      assertThat(register.header("X-RateLimit-Limit")).isEqualTo("5");
      assertThat(reset.status()).isEqualTo(202);
      assertThat(reset.header("X-RateLimit-Limit")).isEqualTo("3");
    }
  }

  @Nested
  class Chat {

    @Test
    void answersAndCachesByUser() {
      String user = caller();

      JsonNode live = api.chat(1, "hello").as(user).send().json();
      JsonNode cached = api.chat(2, "hello").as(user).send().json();
      JsonNode other = api.chat(1, "hello").as(caller()).send().json();

      assertThat(live.path("source").asText()).isEqualTo("openai");
      assertThat(live.path("success").asBoolean()).isTrue();
      assertThat(cached.path("source").asText()).isEqualTo("cache");
      assertThat(cached.path("text")).isEqualTo(live.path("text"));
      assertThat(cached.path("age_seconds").isIntegralNumber()).isTrue();
      assertThat(other.path("source").asText()).isEqualTo("openai");
    }

    @Test
    void streamsDeltasAndReplaysTheCachedAnswer() {
      String user = caller();

      Answer live = api.chatStream(1, "stream me").as(user).send();
      Answer replayed = api.chatStream(1, "stream me").as(user).send();
      JsonNode plain = api.chat(2, "stream me").as(user).send().json();

      assertThat(live.header("Content-Type")).startsWith("text/event-stream");
      assertThat(live.text()).endsWith("data: [DONE]\n\n");
      assertThat(replayed.text()).endsWith("data: [DONE]\n\n");
      assertThat(text(replayed)).isEqualTo(text(live)).isNotEmpty();
      assertThat(plain.path("source").asText()).isEqualTo("cache");
      assertThat(plain.path("text").asText()).isEqualTo(text(live));
    }

    private String text(Answer stream) {
      StringBuilder text = new StringBuilder();
      for (String line : stream.text().split("\n")) {
        if (line.startsWith("data: {")) {
          try {
            text.append(
                RunningReference.JSON
                    .readTree(line.substring(6))
                    .at("/choices/0/delta/content")
                    .asText(""));
          } catch (java.io.IOException e) {
            throw new IllegalStateException(line, e);
          }
        }
      }
      return text.toString();
    }

    @Test
    void aCallersErrorIsAnsweredWithTheVendorsCode() {
      api.faults(
          "openai-chat",
          "{\"status\":400,\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"too long\\\","
              + "\\\"type\\\":\\\"invalid_request_error\\\","
              + "\\\"code\\\":\\\"context_length_exceeded\\\"}}\",\"times\":1}");

      Answer answer = api.chat(1, "wrong").as(caller()).send();

      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.json().path("error").asText()).isEqualTo("context_length_exceeded");
    }
  }

  @Nested
  class Voice {

    @Test
    void hearsAndSpeaks() {
      String user = caller();
      byte[] audio = "RIFF0000WAVE".getBytes(StandardCharsets.US_ASCII);

      Answer heard =
          api.post(1, "/api/v1/voice/stt?language=en", audio)
              .as(user)
              .header("Content-Type", "audio/wav")
              .send();
      Answer spoken = api.speech(1, "good morning").as(user).send();
      Answer again = api.speech(2, "good morning").as(user).send();

      assertThat(heard.status()).isEqualTo(200);
      assertThat(heard.json().path("text").asText()).isNotEmpty();
      assertThat(heard.json().path("language").isTextual()).isTrue();
      assertThat(heard.json().path("source").asText()).isEqualTo("openai");
      assertThat(spoken.header("Content-Type")).isEqualTo("audio/mpeg");
      assertThat(spoken.header("X-Source")).isEqualTo("elevenlabs");
      assertThat(again.header("X-Source")).isEqualTo("cache");
      assertThat(again.body()).isEqualTo(spoken.body()).isNotEmpty();
    }

    @Test
    void tooMuchAudioNeverReachesTheVendor() {
      String before = calls("openai-whisper");

      Answer answer = api.post(1, "/api/v1/voice/stt", new byte[26_214_401]).as(caller()).send();

      assertThat(answer.status()).isEqualTo(413);
      assertThat(calls("openai-whisper")).isEqualTo(before);
    }

    private String calls(String vendor) {
      return api.request("GET", api.vendors() + "/_control").send().json().path(vendor).toString();
    }
  }

  @Test
  void headAnswersAsGetDoes() {
    Answer known = head("/api/v1/users/5");
    assertThat(known.status()).isEqualTo(200);
    assertThat(known.header("X-RateLimit-Limit")).isEqualTo("200");
    assertThat(known.body()).isEmpty();
    assertThat(head("/api/v1/users/123456").status()).isEqualTo(404);
  }

  private static Answer head(String path) {
    return api.request("HEAD", api.node(1) + path).as(caller()).send();
  }

  @Test
  void searchIsCached() {
    String user = caller();

    Answer first = api.get(1, "/api/v1/search?q=user+99").as(user).send();
    Answer again = api.get(1, "/api/v1/search?q=User%2099").as(user).send();

    assertThat(first.json().path("results").size()).isPositive();
    assertThat(again.header("X-Cache")).isEqualTo("L1");
    assertThat(again.header("X-RateLimit-Limit")).isEqualTo("30");
    assertThat(api.get(1, "/api/v1/search").as(user).send().status()).isEqualTo(400);
  }

  @Test
  void filesAreTaken() {
    Answer answer = api.post(1, "/api/v1/files", new byte[70_000]).as(caller()).send();

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().path("bytes").asInt()).isEqualTo(70_000);
    assertThat(answer.json().path("id").asText()).isNotEmpty();
  }

  @Test
  void publicJobsAreListed() {
    Answer answer = api.get(2, "/api/v1/jobs/public").as(caller()).send();

    assertThat(answer.json().path("jobs").size()).isPositive();
    assertThat(answer.header("X-RateLimit-Limit")).isEqualTo("300");
  }

  @Test
  void limitsTellWhereTheCallerStandsAndCostNothing() {
    String user = caller();
    api.get(1, "/api/v1/users/1").as(user).send();

    api.get(2, "/api/v1/limits").as(user).send();
    JsonNode limits = api.get(2, "/api/v1/limits").as(user).send().json();

    assertThat(limits.fieldNames())
        .toIterable()
        .containsExactly(
            "login",
            "register",
            "reset",
            "read",
            "write",
            "delete",
            "stt",
            "tts",
            "chat",
            "upload",
            "search",
            "public",
            "default");
    assertThat(limits.at("/read/limit").asInt()).isEqualTo(200);
    assertThat(limits.at("/read/remaining").asInt()).isEqualTo(199);
    assertThat(limits.at("/default/remaining").asInt()).isEqualTo(1000);
    assertThat(limits.at("/read/reset_in_seconds").isIntegralNumber()).isTrue();
    assertThat(limits.at("/read/reset_at").asLong()).isGreaterThan(1_600_000_000L);
  }

  @Test
  void circuitsAreReported() {
    JsonNode circuits = api.get(1, "/api/v1/circuits").send().json();

    assertThat(circuits.fieldNames())
        .toIterable()
        .containsExactly("openai-chat", "openai-whisper", "elevenlabs-tts");
    assertThat(circuits.at("/openai-chat").fieldNames())
        .toIterable()
        .containsExactly(
            "state", "failure_count", "last_failure_time", "opened_at", "retry_at", "explain");
  }

  @Nested
  class Health {

    @Test
    void readyKeepsItsBody() {
      JsonNode ready = api.get(1, "/health/ready").send().json();

      assertThat(ready.path("status").asText()).isEqualTo("ready");
      assertThat(ready.path("checks").toString())
          .isEqualTo("{\"database\":true,\"redis\":true,\"disk_space\":true}");
      assertThat(ready.path("timestamp").isNumber()).isTrue();
      assertThat(ready.path("degraded")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"/health", "/health/", "//health", "/health/live?x=1", "/health/startup"})
    void probesAnswer(String path) {
      assertThat(api.get(2, path).send().status()).isEqualTo(200);
    }

    @Test
    void otherMethodsAreRefused() {
      assertThat(api.request("HEAD", api.node(1) + "/health/ready").send().status()).isEqualTo(200);
      assertThat(api.post(1, "/health/ready", "{}").send().status()).isEqualTo(405);
    }

    @Test
    void detailsAreForOperatorsOnly() {
      assertThat(api.get(1, "/health/detailed").send().status()).isEqualTo(404);
      Answer detailed = api.request("GET", api.console() + "/health/detailed").send();
      assertThat(detailed.status()).isEqualTo(200);
      assertThat(detailed.json().path("metrics").path("disk").has("free_percent")).isTrue();
    }
  }

  @Test
  void metricsSpeakPrometheus() {
    api.get(1, "/api/v1/users/1").as(caller()).send();

    Answer metrics = api.get(1, "/metrics").send();

    assertThat(metrics.header("Content-Type")).startsWith("text/plain");
    assertThat(metrics.text())
        .contains("http_server_requests_seconds_count")
        .contains("uri=\"/api/v1/users/{id}\"")
        .contains("cache_gets_total")
        .contains("resilience4j_circuitbreaker_state")
        .contains("jvm_memory_used_bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/users/abc, 400",
    "GET, /api/v1/users/99999999999999999999, 400",
    "GET, /api/v1/nothing, 404",
    "GET, /nothing, 404",
    "POST, /api/v1/users/1, 405",
    "GET, /api/v1/chat, 405",
    "DELETE, /api/v1/jobs/public, 405"
  })
  void whatDoesNotFitIsNamed(String method, String path, int status) {
    Answer answer = api.request(method, api.node(1) + path).as(caller()).send();

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("X-Node")).isEqualTo("1");
    assertThat(answer.json().path("error").asText()).isNotEmpty();
    assertThat(answer.json().path("message").asText()).isNotEmpty();
  }
}
