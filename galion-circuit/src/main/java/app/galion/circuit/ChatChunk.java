package app.galion.circuit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/* What one event of a chat or responses stream says. */
final class ChatChunk {

  private static final JsonFactory JSON = new JsonFactory();
  private static final System.Logger LOG = System.getLogger(ChatChunk.class.getName());

  String text = "";
  boolean finished;
  boolean filtered;
  boolean error;
  private String delta = "";
  private String type = "";

  private ChatChunk() {}

  static byte[] bytes(String data) {
    return data.getBytes(StandardCharsets.UTF_8);
  }

  static ChatChunk read(String name, String data) {
    ChatChunk chunk = new ChatChunk();
    chunk.type = name;
    if (data.startsWith("{")) {
      try (JsonParser json = JSON.createParser(data)) {
        chunk.readTop(json);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.TRACE, () -> "event is not JSON: " + e);
      }
    }
    switch (chunk.type) {
      case "error", "response.failed" -> chunk.error = true;
      case "response.completed", "response.incomplete" -> chunk.finished = true;
      case "response.output_text.delta" -> chunk.text = chunk.delta;
      default -> {}
    }
    return chunk;
  }

  private void readTop(JsonParser json) throws IOException {
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (field.equals("error") && value != JsonToken.VALUE_NULL) {
        error = true;
        return;
      } else if (field.equals("type") && value == JsonToken.VALUE_STRING) {
        type = json.getText();
      } else if (field.equals("delta") && value == JsonToken.VALUE_STRING) {
        delta = json.getText();
      } else if (field.equals("choices") && value == JsonToken.START_ARRAY) {
        readChoices(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void readChoices(JsonParser json) throws IOException {
    boolean first = true;
    while (json.nextToken() == JsonToken.START_OBJECT) {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("finish_reason") && value == JsonToken.VALUE_STRING) {
          finished = true;
          filtered |= json.getText().equals("content_filter");
        } else if (first && field.equals("delta") && value == JsonToken.START_OBJECT) {
          readDelta(json);
        } else {
          json.skipChildren();
        }
      }
      first = false;
    }
  }

  private void readDelta(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean content = json.currentName().equals("content");
      JsonToken value = json.nextToken();
      if (content && value == JsonToken.VALUE_STRING) {
        text = json.getText();
      } else {
        json.skipChildren();
      }
    }
  }
}
