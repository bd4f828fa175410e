package app.galion.reference;

import app.galion.circuit.EventStream;
import app.galion.circuit.VendorCall;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's wire format: chat completions and transcriptions. */
final class OpenAi {

  private static final String WHISPER = "whisper-1";

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

  String chat(VendorCall call, ChatRequest request) throws IOException {
    JsonNode answer = Json.parse(api.send(call, completion(request, false)).body());
    JsonNode text = answer.at("/choices/0/message/content");
    if (!text.isTextual()) {
      throw new IOException("a chat completion without choices[0].message.content");
    }
    return text.textValue();
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
      VendorCall call, byte[] audio, String contentType, @Nullable String language)
      throws IOException {
    AudioForm form =
        new AudioForm().field("model", WHISPER).field("response_format", "verbose_json");
    if (language != null) {
      form.field("language", language);
    }
    byte[] body = form.audio(audio, contentType).bytes();
    HttpRequest request = api.post("/audio/transcriptions", AudioForm.contentType(), body);
    JsonNode answer = Json.parse(api.send(call, request).body());
    if (!answer.path("text").isTextual()) {
      throw new IOException("a transcription without text");
    }
    String spoken = answer.path("language").asText(language == null ? "" : language);
    return new Transcript(answer.path("text").textValue(), spoken.isEmpty() ? null : spoken);
  }
}
