package app.galion.reference;

import app.galion.circuit.EventStream;
import app.galion.circuit.Outcome;
import app.galion.circuit.ServerEvent;
import app.galion.circuit.VendorCall;
import app.galion.circuit.VendorException;
import app.galion.circuit.Verdict;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** OpenAI's wire format: chat completions and transcriptions. */
final class OpenAi {

  private static final String WHISPER = "whisper-1";
  private static final String FILTERED = "content_filter";

  private final VendorApi api;
  private final VendorAccounts accounts;

  /**
   * @param base ends in {@code /v1}
   */
  OpenAi(HttpClient http, String base, @Nullable String key, VendorAccounts accounts) {
    this.accounts = accounts;
    this.api =
        new VendorApi(http, base, "Authorization", "Bearer " + (key == null ? "sk-none" : key));
  }

  /** What a transcription gives. */
  record Transcript(String text, @Nullable String language) {}

  /** Answers, or fails as the vendor's failure when what it sent is no answer. */
  String chat(VendorCall call, ChatRequest request) {
    return accounts.chat(request, spending -> chat(call, request, spending));
  }

  private String chat(VendorCall call, ChatRequest request, VendorAccounts.Spending spending) {
    HttpResponse<byte[]> response = api.send(call, completion(request, false));
    spending.observe(response.headers());
    JsonNode answer = VendorApi.json(call, response.body());
    spending.used(answer.path("usage"));
    JsonNode choice = answer.at("/choices/0");
    if (FILTERED.equals(choice.path("finish_reason").asText())) {
      throw filtered(call);
    }
    String text = choice.at("/message/content").asText("");
    if (text.isEmpty()) {
      throw VendorApi.unusable(call, "a chat completion without text");
    }
    return text;
  }

  /** What to throw when the vendor's policy kept an answer back. */
  private static VendorException filtered(VendorCall call) {
    String message = "the vendor's content policy kept this answer back";
    return call.failure(new Verdict(Outcome.POLICY, 200, FILTERED, message, null, false));
  }

  /**
   * Relays the events of a streamed answer while they come.
   *
   * @return the whole text
   */
  String stream(VendorCall call, ChatRequest request, Consumer<String> relay) {
    return accounts.chat(request, spending -> stream(call, request, relay, spending));
  }

  private String stream(
      VendorCall call,
      ChatRequest request,
      Consumer<String> relay,
      VendorAccounts.Spending spending) {
    StringBuilder text = new StringBuilder();
    boolean filtered = false;
    try (EventStream events = api.events(call, completion(request, true))) {
      for (ServerEvent event = events.next(); event != null; event = events.next()) {
        JsonNode chunk = told(event);
        spending.used(chunk.path("usage"));
        filtered |= FILTERED.equals(chunk.at("/choices/0/finish_reason").asText());
        text.append(event.text());
        if (!chunk.path("usage").isObject() || !chunk.path("choices").isEmpty()) {
          relay.accept(event.data());
        }
      }
    }
    spending.used(VendorAccounts.tokensOf(request.prompt() + text));
    if (filtered) {
      throw filtered(call);
    }
    if (text.isEmpty()) {
      throw VendorApi.unusable(call, "a stream without text");
    }
    return text.toString();
  }

  /** An event that may tell more than text; parsing each would cost more than relaying it. */
  private static JsonNode told(ServerEvent event) {
    if (!event.data().contains(FILTERED) && !event.data().contains("\"total_tokens\"")) {
      return MissingNode.getInstance();
    }
    try {
      return Json.parse(event.data().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return MissingNode.getInstance(); // what is no JSON tells nothing
    }
  }

  private HttpRequest completion(ChatRequest request, boolean stream) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", request.model());
    body.put("messages", List.of(Map.of("role", "user", "content", request.prompt())));
    if (request.temperature() != null) {
      body.put("temperature", request.temperature());
    }
    if (request.maxTokens() != null) {
      body.put("max_tokens", request.maxTokens());
    }
    if (stream) {
      body.put("stream", true);
      body.put("stream_options", Map.of("include_usage", true));
    }
    return api.json("/chat/completions", body);
  }

  Transcript transcribe(
      VendorCall call, byte[] audio, String contentType, @Nullable String language) {
    AudioForm form =
        new AudioForm().field("model", WHISPER).field("response_format", "verbose_json");
    if (language != null) {
      form.field("language", language);
    }
    byte[] sent = form.audio(audio, contentType).bytes();
    HttpRequest request = api.post("/audio/transcriptions", AudioForm.contentType(), sent);
    HttpResponse<byte[]> response =
        accounts.transcription(
            spending -> {
              HttpResponse<byte[]> heard = api.send(call, request);
              spending.observe(heard.headers());
              return heard;
            });
    JsonNode answer = VendorApi.json(call, response.body());
    if (!answer.path("text").isTextual()) {
      throw VendorApi.unusable(call, "a transcription without text");
    }
    String spoken = answer.path("language").asText(language == null ? "" : language);
    return new Transcript(answer.path("text").textValue(), spoken.isEmpty() ? null : spoken);
  }
}
