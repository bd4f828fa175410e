package app.galion.reference;

import static app.galion.reference.RunningReference.address;
import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.reference.RunningReference.Answer;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API says while something it stands on misbehaves. */
class DegradationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String SICK = "{\"status\":503,\"body\":\"{}\",\"times\":1000}";

  private RunningReference api;

  @BeforeEach
  void start() {
    api = RunningReference.start();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void threeFailuresOfElevenLabsOpenItsCircuitAlone() {
    String user = caller();
    api.faults("elevenlabs-tts", SICK);

    for (int i = 0; i < 3; i++) {
      assertThat(api.speech(1, "text " + i).as(user).send().json().path("source").asText())
          .isEqualTo("text_only");
    }

    assertThat(api.circuit(1, "elevenlabs-tts")).isEqualTo("open");
    assertThat(api.circuit(1, "openai-chat")).isEqualTo("closed");
    api.heal("elevenlabs-tts");
    JsonNode answer = api.speech(1, "while open").as(user).send().json();
    assertThat(answer.path("audio").isNull()).isTrue();
    assertThat(answer.path("text").asText()).isEqualTo("while open");
    assertThat(answer.path("success").asBoolean()).isTrue();
    assertThat(answer.path("warning").isTextual()).isTrue();
    Answer chat = api.chat(1, "still here").as(user).send();
    assertThat(chat.json().path("source").asText())
        .as(() -> chat.text() + api.get(1, "/api/v1/circuits").send().text())
        .isEqualTo("openai");
  }

  @Test
  void openAiFailingGivesTheCachedAnswerWhereOneExists() {
    String user = caller();
    JsonNode live = api.chat(1, "known").as(user).send().json();
    api.faults("openai-chat", SICK);

    for (int i = 0; i < 5; i++) {
      JsonNode fallback = api.chat(1, "unknown " + i).as(user).send().json();
      assertThat(fallback.path("source").asText()).isEqualTo("fallback");
      assertThat(fallback.path("success").asBoolean()).isFalse();
    }

    assertThat(api.circuit(1, "openai-chat")).isEqualTo("open");
    JsonNode cached = api.chat(1, "known").as(user).send().json();
    assertThat(cached.path("source").asText()).isEqualTo("cache");
    assertThat(cached.path("text")).isEqualTo(live.path("text"));
    JsonNode refused = api.chat(1, "unknown 9").as(user).send().json();
    assertThat(refused.path("retry_at").asLong()).isGreaterThan(1_600_000_000L);
    Answer stream = api.chatStream(1, "unknown 9").as(user).send();
    assertThat(stream.text()).contains("\"source\":\"fallback\"").endsWith("data: [DONE]\n\n");
  }

  @Test
  void whatIsNoAudioIsNeitherServedNorCached() {
    String user = caller();
    api.faults(
        "elevenlabs-tts",
        "{\"status\":200,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":\"{}\"}");

    assertThat(api.speech(1, "a word").as(user).send().json().path("source").asText())
        .isEqualTo("text_only");
    assertThat(api.speech(1, "a word").as(user).send().header("X-Source")).isEqualTo("elevenlabs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no JSON", "{}", "{\"choices\":[{\"message\":{\"content\":\"\"}}]}"})
  void anAnswerThatIsNoneCountsAsTheVendorsFailure(String body) {
    String user = caller();
    api.faults("openai-chat", "{\"status\":200,\"body\":" + quoted(body) + ",\"times\":5}");

    for (int i = 0; i < 5; i++) {
      assertThat(api.chat(1, "none " + i).as(user).send().json().path("source").asText())
          .isEqualTo("fallback");
    }

    assertThat(api.circuit(1, "openai-chat")).isEqualTo("open");
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }

  @Test
  void aRedirectIsTheVendorsFailure() {
    api.faults("openai-chat", "{\"status\":302,\"headers\":{\"Location\":\"/\"},\"times\":1}");

    Answer answer = api.chat(1, "elsewhere").as(caller()).send();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("source").asText()).isEqualTo("fallback");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: [DONE]\n\n",
        "data: garbage\n\ndata: [DONE]\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"I\"},\"finish_reason\":\"content_filter\"}]}\n\n"
      })
  void aStreamWithoutAWholeAnswerIsNotCached(String events) {
    String user = caller();
    api.faults(
        "openai-chat",
        "{\"status\":200,\"headers\":{\"Content-Type\":\"text/event-stream\"},\"body\":"
            + quoted(events)
            + ",\"times\":1}");

    String stream = api.chatStream(1, "nothing").as(user).send().text();

    assertThat(stream).containsPattern("\"source\":\"fallback\"|\"error\":");
    assertThat(api.chat(1, "nothing").as(user).send().json().path("source").asText())
        .isEqualTo("openai");
  }

  @Test
  void whatThePolicyKeepsBackIsA422() {
    api.faults(
        "openai-chat",
        "{\"status\":200,\"body\":{\"choices\":[{\"message\":{\"content\":\"half\"},"
            + "\"finish_reason\":\"content_filter\"}]},\"times\":1}");

    Answer answer = api.chat(1, "forbidden").as(caller()).send();

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().path("error").asText()).isEqualTo("content_filter");
  }

  @Test
  void aCallRunningOnAnotherNodeIsJoinedAndSaysSo() {
    String user = caller();
    api.faults("openai-chat", "{\"stall_after_bytes\":10,\"times\":1}");

    CompletableFuture<Answer> first = api.chat(1, "joined").as(user).sendAsync();
    Await.until("the vendor is asked", PATIENCE, () -> api.calls("openai-chat") == 1);
    CompletableFuture<Answer> second = api.chat(2, "joined").as(user).sendAsync();
    Await.until(
        "node 2 waits for node 1",
        PATIENCE,
        () -> api.reference.node(2).caches.answers().stats().waits() > 0);
    api.heal("openai-chat");

    assertThat(List.of(first.join(), second.join()))
        .allMatch(answer -> answer.header("X-Cache").equals("MISS"))
        .allMatch(answer -> answer.json().path("source").asText().equals("openai"));
    assertThat(api.calls("openai-chat")).isEqualTo(1);
    assertThat(api.chat(2, "joined").as(user).send().json().path("source").asText())
        .isEqualTo("cache");
  }

  @Test
  void aRefusedStreamIsOneObjectThatSaysHowOldItIs() throws IOException {
    String user = caller();
    JsonNode live = api.chat(1, "earlier").as(user).send().json();
    api.reference.node(1).caches.answers().expire(request(user, "earlier"));
    api.faults("openai-chat", SICK);

    Answer stream = api.chatStream(1, "earlier").as(user).send();

    assertThat(stream.header("X-Cache")).isEqualTo("STALE");
    assertThat(stream.text()).startsWith("data: {").endsWith("}\n\ndata: [DONE]\n\n");
    String[] events = stream.text().split("\n\n");
    assertThat(events).hasSize(2);
    JsonNode reply = RunningReference.JSON.readTree(events[0].substring("data: ".length()));
    assertThat(reply.path("source").asText()).isEqualTo("cache");
    assertThat(reply.path("text")).isEqualTo(live.path("text"));
    assertThat(reply.path("warning").isTextual()).isTrue();
    assertThat(reply.path("age_seconds").isIntegralNumber()).isTrue();
  }

  private static ChatRequest request(String user, String prompt) {
    return ChatRequest.of(
        Caller.subjectOfUser(user),
        new Fields(RunningReference.JSON.createObjectNode().put("prompt", prompt)));
  }

  @Test
  void aCallFailingOnAnotherNodeIsAnsweredAsOneOfOurOwn() {
    String user = caller();
    api.faults("openai-chat", "{\"status\":503,\"delay_ms\":1500,\"times\":2}");
    api.faults("elevenlabs-tts", "{\"status\":503,\"delay_ms\":1500,\"times\":2}");

    List<Answer> chats = onBothNodes("openai-chat", node -> api.chat(node, "joined").as(user));
    List<Answer> speeches =
        onBothNodes("elevenlabs-tts", node -> api.speech(node, "joined").as(user));

    assertThat(chats)
        .allMatch(answer -> answer.json().path("source").asText().equals("fallback"))
        .hasSize(2);
    assertThat(speeches)
        .allMatch(answer -> answer.json().path("source").asText().equals("text_only"))
        .hasSize(2);
  }

  @Test
  void aCallersErrorSeenByAnotherNodeIsA422ThereToo() {
    String user = caller();
    api.faults(
        "openai-chat",
        "{\"status\":400,\"delay_ms\":1500,\"times\":2,"
            + "\"body\":{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"m\"}}}");

    List<Answer> chats = onBothNodes("openai-chat", node -> api.chat(node, "joined").as(user));

    assertThat(chats)
        .allMatch(answer -> answer.status() == 422)
        .allMatch(answer -> answer.json().path("error").asText().equals("context_length_exceeded"))
        .hasSize(2);
  }

  /** Asks node 2 while the vendor is at work for node 1. */
  private List<Answer> onBothNodes(String vendor, IntFunction<RunningReference.Call> request) {
    int before = api.calls(vendor);
    CompletableFuture<Answer> first = request.apply(1).sendAsync();
    Await.until("the vendor is asked", Duration.ofSeconds(10), () -> api.calls(vendor) > before);
    CompletableFuture<Answer> second = request.apply(2).sendAsync();
    return List.of(first.join(), second.join());
  }

  @Test
  void aDeafVendorIsA503ForSpeechRecognition() {
    api.faults("openai-whisper", SICK);

    Answer answer = api.post(1, "/api/v1/voice/stt", new byte[100]).as(caller()).send();

    assertThat(answer.status()).isEqualTo(503);
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
  }

  @Test
  void aStreamThatBreaksSaysSoAndIsNotCached() throws IOException {
    String user = caller();
    api.faults("openai-chat", "{\"stall_after_bytes\":500,\"cut_after_bytes\":700}");

    try (BufferedReader lines = lines(api.chatStream(1, "a longer question, please").as(user))) {
      assertThat(lines.readLine()).startsWith("data: {\"id\":");
      api.heal("openai-chat");
      assertThat(lines.lines())
          .anyMatch(line -> line.startsWith("data: {\"error\":{\"code\":\"stream_interrupted\""))
          .doesNotContain("data: [DONE]");
    }
    assertThat(
            api.chat(1, "a longer question, please").as(user).send().json().path("source").asText())
        .isEqualTo("openai");
  }

  private static BufferedReader lines(RunningReference.Call call) {
    return new BufferedReader(new InputStreamReader(call.stream(), StandardCharsets.UTF_8));
  }

  @Test
  void aSilentStreamIsPinged() throws IOException {
    api.faults("openai-chat", "{\"delay_ms\":3000,\"times\":1}");

    try (BufferedReader lines = lines(api.chatStream(1, "slow").as(caller()))) {
      assertThat(lines.readLine()).isEqualTo(": ping");
      assertThat(lines.lines()).contains("data: [DONE]");
    }
  }

  @Test
  void redisKilledUnderLoadFailsNobodyAndComesBack() throws Exception {
    RedisServer redis = Objects.requireNonNull(api.reference.embeddedRedis());
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger asked = new AtomicInteger();
    Map<String, Integer> failures = new ConcurrentHashMap<>();
    ExecutorService load = Executors.newFixedThreadPool(12);
    for (int thread = 0; thread < 12; thread++) {
      int number = thread;
      load.execute(
          () -> {
            for (int i = 0; !stop.get(); i++) {
              Answer answer = ask(number, i);
              asked.incrementAndGet();
              if (answer.status() >= 500) {
                failures.merge(answer.status() + " " + answer.text(), 1, Integer::sum);
              }
            }
          });
    }
    try {
      moreAnswers(asked, 200);
      redis.kill();
      moreAnswers(asked, 400);
      JsonNode ready = readyWithoutRedis();
      assertThat(ready.path("status").asText()).isEqualTo("ready");
      assertThat(ready.path("degraded").toString()).isEqualTo("[\"redis\"]");
      redis.restart();
      Await.until(
          "L2 works again",
          Duration.ofSeconds(15),
          () -> {
            int id = asked.get() % 900 + 50;
            String user = caller();
            api.get(1, "/api/v1/users/" + id).as(user).send();
            return api.get(2, "/api/v1/users/" + id).as(user).send().header("X-Cache").equals("L2");
          });
      moreAnswers(asked, 200);
    } finally {
      stop.set(true);
      load.shutdown();
      assertThat(load.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(failures).isEmpty();
  }

  private JsonNode readyWithoutRedis() {
    return Await.value(
        "health notices",
        Duration.ofSeconds(15),
        () -> {
          JsonNode ready = api.get(1, "/health/ready").send().json();
          return ready.at("/checks/redis").asBoolean() ? null : ready;
        });
  }

  private static void moreAnswers(AtomicInteger asked, int more) {
    int goal = asked.get() + more;
    Await.until(more + " more answers", Duration.ofSeconds(30), () -> asked.get() >= goal);
  }

  private Answer ask(int thread, int i) {
    int node = 1 + i % 2;
    return switch (i % 4) {
      case 0 -> api.get(node, "/api/v1/users/" + (1 + i % 40)).as(caller()).send();
      case 1 ->
          api.put(node, "/api/v1/users/" + (1 + i % 40), "{\"name\":\"N" + i + "\"}")
              .as(caller())
              .send();
      case 2 ->
          api.post(
                  node,
                  "/api/v1/auth/login",
                  "{\"user\":\"l" + thread + "-" + i + "\",\"password\":\"demo\"}")
              .from(address())
              .send();
      default -> api.chat(node, "load " + i % 20).as(caller()).send();
    };
  }
}
