package app.galion.reference;

import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.LimitKey;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.Reservation;
import app.galion.reference.RunningReference.Answer;
import app.galion.testkit.Await;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the nodes together may ask of a vendor's account, and what is said when that is used up. */
class VendorAccountsTest {

  private static final String STALL = "{\"stall_after_bytes\":0,\"times\":100}";
  private static final Duration SOON = Duration.ofSeconds(8);

  private RunningReference api;
  private RateLimiter limiter;
  private VendorAccounts accounts;

  @BeforeEach
  void start() {
    api = RunningReference.start();
    limiter = api.reference.node(1).limiter;
    accounts = api.reference.node(1).accounts;
  }

  @AfterEach
  void stop() {
    api.close();
  }

  /* The simulator counts a word as a token, and answers with the prompt. */
  private RunningReference.Call expensive(int words, int number, boolean stream) {
    String prompt = "long ".repeat(words) + number;
    String body = "{\"prompt\":\"" + prompt + "\",\"max_tokens\":16384,\"stream\":" + stream + "}";
    return api.post(1 + number % 2, "/api/v1/chat", body).as(caller());
  }

  private long left(LimitKey key) {
    return limiter.state(key).remaining();
  }

  private void inDebt(LimitKey key, long spent) {
    try (Reservation reservation = limiter.reserve(key)) {
      reservation.settle(key.costing(spent));
    }
    Await.until("it is charged", SOON, () -> left(key) == 0);
  }

  private static String source(Answer answer) {
    return answer.json().path("source").asText();
  }

  @Test
  void tokensAreReservedBeforeTheCallAndSettledByItsUsage() {
    api.faults("openai-chat", STALL);
    List<CompletableFuture<Answer>> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      running.add(expensive(6000, i, false).sendAsync());
    }
    Await.until("eight calls run", SOON, () -> api.calls("openai-chat") == 8);

    JsonNode ninth = expensive(6000, 9, false).send().json();

    assertThat(ninth.path("source").asText()).isEqualTo("fallback");
    assertThat(ninth.path("success").asBoolean()).isFalse();
    assertThat(ninth.path("retry_at").asLong()).isGreaterThan(1_600_000_000L);
    assertThat(api.calls("openai-chat")).isEqualTo(8);
    assertThat(api.circuit(2, "openai-chat")).isEqualTo("closed");
    api.heal("openai-chat");
    assertThat(running).allMatch(call -> source(call.join()).equals("openai"));
    Await.until("all is given back but what was used", SOON, () -> left(accounts.tokens) > 80_000);
    assertThat(source(expensive(6000, 10, false).send())).isEqualTo("openai");
  }

  @Test
  void aStreamIsSettledByItsUsageAndDoesNotRelayIt() {
    for (int i = 0; i < 3; i++) {
      String stream = expensive(2000, i, true).send().text();
      assertThat(stream).endsWith("data: [DONE]\n\n").doesNotContain("total_tokens");
    }

    Await.until("little is charged", SOON, () -> left(accounts.tokens) > 180_000);
  }

  @Test
  void theSixthSpeechAtOnceIsTextOnly() {
    api.faults("elevenlabs-tts", STALL);
    List<CompletableFuture<Answer>> running = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      running.add(api.speech(1 + i % 2, "speech " + i).as(caller()).sendAsync());
    }
    Await.until("five calls run", SOON, () -> api.calls("elevenlabs-tts") == 5);

    assertThat(source(api.speech(2, "one more").as(caller()).send())).isEqualTo("text_only");

    assertThat(api.calls("elevenlabs-tts")).isEqualTo(5);
    api.heal("elevenlabs-tts");
    assertThat(running).allMatch(call -> call.join().header("X-Source").equals("elevenlabs"));
    Await.until(
        "there is room again",
        SOON,
        () -> api.speech(2, "another").as(caller()).send().header("X-Source").equals("elevenlabs"));
  }

  @Test
  void withoutRequestsLeftNobodyIsCalledAndEachRouteHasItsDegradedAnswer() {
    inDebt(accounts.requests, 50_000);

    Answer chat = api.chat(1, "nothing left").as(caller()).send();
    Answer stream = api.chatStream(2, "nothing left").as(caller()).send();
    Answer heard = api.post(1, "/api/v1/voice/stt", new byte[100]).as(caller()).send();

    assertThat(source(chat)).isEqualTo("fallback");
    assertThat(stream.text()).contains("\"source\":\"fallback\"").endsWith("data: [DONE]\n\n");
    assertThat(heard.status()).isEqualTo(503);
    assertThat(Integer.parseInt(heard.header("Retry-After"))).isPositive();
    assertThat(api.calls("openai-chat") + api.calls("openai-whisper")).isZero();
    assertThat(api.circuit(1, "openai-chat")).isEqualTo("closed");
    assertThat(api.speech(1, "still speaks").as(caller()).send().header("X-Source"))
        .isEqualTo("elevenlabs");
  }

  @Test
  void theVendorsHeadersOnlyLower() {
    api.faults("openai-chat", "{\"headers\":{\"x-ratelimit-remaining-tokens\":\"0\"},\"times\":1}");
    assertThat(source(api.chat(1, "the last one").as(caller()).send())).isEqualTo("openai");
    Await.until("what the vendor said counts", SOON, () -> left(accounts.tokens) < 100_000);

    long before = left(accounts.tokens);
    Await.until("there is enough for a call", SOON, () -> left(accounts.tokens) > 2_000);
    assertThat(source(api.chat(2, "of plenty").as(caller()).send())).isEqualTo("openai");

    Await.until("nothing was raised", SOON, () -> left(accounts.tokens) < before + 100_000);
  }
}
