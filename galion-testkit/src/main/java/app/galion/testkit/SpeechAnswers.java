package app.galion.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** ElevenLabs' text to speech: text in, MPEG frames of noise out, one for each letter. */
final class SpeechAnswers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] FRAME_HEAD = {(byte) 0xff, (byte) 0xfb, (byte) 0x90, 0x64};
  private static final int FRAME = 417;
  private static final int MAX_FRAMES = 256;

  private SpeechAnswers() {}

  static WireResponse answer(WireRequest request, int concurrent) {
    if (!request.method().equals("POST")) {
      return error(405, "method_not_allowed", "Method Not Allowed");
    }
    if (request.header("xi-api-key").isEmpty()) {
      return error(401, "missing_api_key", "No API key was given.");
    }
    String text;
    try {
      JsonNode field = JSON.readTree(request.body()).path("text");
      if (!field.isTextual() || field.asText().isEmpty()) {
        return error(422, "missing", "text: field required");
      }
      text = field.asText();
    } catch (IOException e) {
      return error(422, "json_invalid", "JSON decode error");
    }
    return WireResponse.chunks("audio/mpeg", frames(text, request.path()))
        .header("request-id", Digest.of(request.body(), 16))
        .header("character-cost", String.valueOf(text.length()))
        .header("current-concurrent-requests", String.valueOf(concurrent))
        .header("maximum-concurrent-requests", "5");
  }

  private static List<byte[]> frames(String text, String path) {
    Random noise = new Random(31L * text.hashCode() + path.hashCode());
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < Math.min(text.length(), MAX_FRAMES); i++) {
      byte[] frame = new byte[FRAME];
      noise.nextBytes(frame);
      System.arraycopy(FRAME_HEAD, 0, frame, 0, FRAME_HEAD.length);
      frames.add(frame);
    }
    return frames;
  }

  private static WireResponse error(int status, String code, String message) {
    ObjectNode error = JSON.createObjectNode();
    error.putObject("detail").put("status", code).put("message", message);
    return WireResponse.json(status, error.toString());
  }
}
