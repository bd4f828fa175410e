package app.galion.reference;

import app.galion.circuit.EventStream;
import app.galion.circuit.Outcome;
import app.galion.circuit.ServerEvent;
import app.galion.circuit.VendorCall;
import app.galion.circuit.VendorException;
import app.galion.circuit.Verdict;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's wire format: chat completions and transcriptions. */
final class OpenAi {

  private static final String WHISPER = "whisper-1";
  private static final String FILTERED = "content_filter";

  private final VendorApi api;

  /**
   * @param base ends in {@code /v1}
   */
  OpenAi(HttpClient http, String base, @Nullable String key) {
    this.api =
        new VendorApi(http, base, "Authorization", "Bearer " + (key == null ? "sk-none" : key));
  }

  /** What a transcription gives. */
  record Transcript(String text, @Nullable String language) {}

  /** Answers, or fails as the vendor's failure when what it sent is no answer. */
  String chat(VendorCall call, ChatRequest request) {
    JsonNode answer = VendorApi.json(call, api.send(call, completion(request, false)).body());
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
  static VendorException filtered(VendorCall call) {
    String message = "the vendor's content policy kept this answer back";
    return call.failure(new Verdict(Outcome.POLICY, 200, FILTERED, message, null, false));
  }

  /** Whether an event ends a stream because of the vendor's policy. */
  static boolean isFiltered(ServerEvent event) {
    if (!event.data().contains(FILTERED)) {
      return false;
    }
    try {
      JsonNode chunk = Json.parse(event.data().getBytes(StandardCharsets.UTF_8));
      return FILTERED.equals(chunk.at("/choices/0/finish_reason").asText());
    } catch (IOException e) {
      return false; // a chunk that is no JSON ends nothing
    }
  }

  EventStream chatEvents(VendorCall call, ChatRequest request) {
    return api.events(call, completion(request, true));
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
    byte[] body = form.audio(audio, contentType).bytes();
    HttpRequest request = api.post("/audio/transcriptions", AudioForm.contentType(), body);
    JsonNode answer = VendorApi.json(call, api.send(call, request).body());
    if (!answer.path("text").isTextual()) {
      throw VendorApi.unusable(call, "a transcription without text");
    }
    String spoken = answer.path("language").asText(language == null ? "" : language);
    return new Transcript(answer.path("text").textValue(), spoken.isEmpty() ? null : spoken);
  }
}
