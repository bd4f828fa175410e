package app.galion.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions: plain, and as server-sent events. */
final class ChatAnswers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long CREATED = 1_700_000_000L;

  private ChatAnswers() {}

  static WireResponse answer(WireRequest request) {
    WireResponse refusal = OpenAiErrors.check(request);
    if (refusal != null) {
      return refusal;
    }
    JsonNode body;
    try {
      body = JSON.readTree(request.body());
    } catch (IOException e) {
      return OpenAiErrors.badRequest("We could not parse the JSON body of your request.");
    }
    if (!body.path("model").isTextual()) {
      return OpenAiErrors.badRequest("you must provide a model parameter");
    }
    JsonNode messages = body.path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      return OpenAiErrors.badRequest("Missing required parameter: 'messages'.");
    }
    String id = "chatcmpl-" + Digest.of(request.body(), 12);
    String prompt = messages.get(messages.size() - 1).path("content").asText();
    String text = "Simulated answer " + Digest.of(request.body(), 8) + " to: " + prompt;
    String model = body.path("model").asText();
    WireResponse response =
        body.path("stream").asBoolean()
            ? WireResponse.chunks(
                "text/event-stream; charset=utf-8",
                events(id, model, text, wantsUsage(body) ? usage(prompt, text) : null))
            : WireResponse.json(200, completion(id, model, text, prompt));
    return OpenAiErrors.headers(response, request);
  }

  private static String completion(String id, String model, String text, String prompt) {
    ObjectNode root = head(id, "chat.completion", model);
    ObjectNode choice = root.putArray("choices").addObject();
    choice.put("index", 0);
    choice.putObject("message").put("role", "assistant").put("content", text);
    choice.put("finish_reason", "stop");
    root.set("usage", usage(prompt, text));
    return root.toString();
  }

  private static ObjectNode usage(String prompt, String text) {
    int asked = words(prompt).size();
    int said = words(text).size();
    return JSON.createObjectNode()
        .put("prompt_tokens", asked)
        .put("completion_tokens", said)
        .put("total_tokens", asked + said);
  }

  private static boolean wantsUsage(JsonNode request) {
    return request.path("stream_options").path("include_usage").asBoolean();
  }

  private static List<byte[]> events(
      String id, String model, String text, @Nullable ObjectNode usage) {
    List<byte[]> events = new ArrayList<>();
    ObjectNode role = JSON.createObjectNode().put("role", "assistant").put("content", "");
    events.add(event(id, model, role, false));
    for (String word : words(text)) {
      events.add(event(id, model, JSON.createObjectNode().put("content", word), false));
    }
    events.add(event(id, model, JSON.createObjectNode(), true));
    if (usage != null) {
      ObjectNode last = head(id, "chat.completion.chunk", model);
      last.putArray("choices");
      last.set("usage", usage);
      events.add(line(last));
    }
    events.add("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    return events;
  }

  private static byte[] event(String id, String model, ObjectNode delta, boolean last) {
    ObjectNode root = head(id, "chat.completion.chunk", model);
    ObjectNode choice = root.putArray("choices").addObject();
    choice.put("index", 0);
    choice.set("delta", delta);
    choice.put("finish_reason", last ? "stop" : null);
    return line(root);
  }

  private static byte[] line(ObjectNode chunk) {
    return ("data: " + chunk + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode head(String id, String object, String model) {
    return JSON.createObjectNode()
        .put("id", id)
        .put("object", object)
        .put("created", CREATED)
        .put("model", model);
  }

  /* Each word keeps the blanks behind it, so that the deltas joined are the text. */
  private static List<String> words(String text) {
    return List.of(text.split("(?<=\\s)(?=\\S)"));
  }
}
