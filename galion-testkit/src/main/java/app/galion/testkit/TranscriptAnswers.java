package app.galion.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** OpenAI's transcriptions: a multipart form in, text out. */
final class TranscriptAnswers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?");

  private TranscriptAnswers() {}

  static WireResponse answer(WireRequest request) {
    WireResponse refusal = OpenAiErrors.check(request);
    if (refusal != null) {
      return refusal;
    }
    Matcher boundary = BOUNDARY.matcher(request.header("Content-Type"));
    if (!boundary.find()) {
      return OpenAiErrors.badRequest("Could not parse multipart form");
    }
    String form = new String(request.body(), StandardCharsets.ISO_8859_1);
    String delimiter = "--" + boundary.group(1);
    byte[] audio = part(form, delimiter, "file");
    if (audio == null || part(form, delimiter, "model") == null) {
      return OpenAiErrors.badRequest("you must provide a file and a model parameter");
    }
    byte[] language = part(form, delimiter, "language");
    ObjectNode answer = JSON.createObjectNode();
    answer
        .put("task", "transcribe")
        .put(
            "language", language == null ? "english" : new String(language, StandardCharsets.UTF_8))
        .put("duration", audio.length / 32_000.0)
        .put("text", "Transcript " + Digest.of(audio, 8) + " of " + audio.length + " bytes.");
    return OpenAiErrors.headers(WireResponse.json(200, answer.toString()), request);
  }

  private static byte @Nullable [] part(String form, String delimiter, String name) {
    return Arrays.stream(form.split(Pattern.quote(delimiter), -1))
        .filter(part -> part.contains("name=\"" + name + "\""))
        .map(TranscriptAnswers::content)
        .findFirst()
        .orElse(null);
  }

  private static byte[] content(String part) {
    int start = part.indexOf("\r\n\r\n");
    int end = part.length() - "\r\n".length();
    String content = start < 0 || start + 4 > end ? "" : part.substring(start + 4, end);
    return content.getBytes(StandardCharsets.ISO_8859_1);
  }
}
