package app.galion.circuit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/*
 * What an error body says, whichever of the vendors' shapes it has: {"error":{message,type,code}},
 * {"error":"text"}, {"detail":{code,status,message}}, {"detail":"text"}, {"detail":[{msg}]},
 * {"message":…}. Read in one pass, without a tree; what stands before a syntax error still counts.
 */
final class ErrorBody {

  private static final int MAX_BYTES = 64 * 1024;
  private static final JsonFactory JSON = new JsonFactory();
  private static final System.Logger LOG = System.getLogger(ErrorBody.class.getName());

  @Nullable String code;
  @Nullable String type;
  @Nullable String message;
  boolean present;
  private @Nullable String legacyStatus;

  private ErrorBody() {}

  static ErrorBody read(byte[] raw) {
    ErrorBody body = new ErrorBody();
    try {
      byte[] bytes = plain(raw);
      if (startsWithBrace(bytes)) {
        try (JsonParser json = JSON.createParser(bytes)) {
          body.readTop(json);
        }
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.TRACE, () -> "error body ends early: " + e);
    }
    if (body.code == null) {
      body.code = body.legacyStatus;
    }
    return body;
  }

  private static byte[] plain(byte[] raw) throws IOException {
    if (raw.length < 2 || (raw[0] & 0xff) != 0x1f || (raw[1] & 0xff) != 0x8b) {
      return raw;
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(raw))) {
      return in.readNBytes(MAX_BYTES);
    }
  }

  private static boolean startsWithBrace(byte[] bytes) {
    for (byte b : bytes) {
      if (b > ' ') {
        return b == '{';
      }
    }
    return false;
  }

  private void readTop(JsonParser json) throws IOException {
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("error") || name.equals("detail")) {
        readError(json, value);
        if (code != null || type != null || legacyStatus != null) {
          return;
        }
      } else if (name.equals("response") && value == JsonToken.START_OBJECT) {
        readTopOf(json);
      } else if (value == JsonToken.VALUE_STRING) {
        take(name, json);
      } else {
        json.skipChildren();
      }
    }
  }

  /* {"type":"response.failed","response":{…,"error":{…}}} */
  private void readTopOf(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean error = json.currentName().equals("error");
      JsonToken value = json.nextToken();
      if (error) {
        readError(json, value);
      } else {
        json.skipChildren();
      }
    }
  }

  private void readError(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    present = true;
    if (value == JsonToken.VALUE_STRING) {
      message = json.getText();
    } else if (value == JsonToken.START_OBJECT) {
      type = null;
      readFields(json);
    } else if (value == JsonToken.START_ARRAY) {
      while (json.nextToken() == JsonToken.START_OBJECT) {
        readFields(json);
      }
    }
  }

  private void readFields(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
        take(name, json);
      } else if (name.equals("innererror") && value == JsonToken.START_OBJECT) {
        readFields(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void take(String name, JsonParser json) throws IOException {
    switch (name) {
      case "code" -> code = code == null ? json.getText() : code;
      case "type" -> type = type == null ? json.getText() : type;
      case "message", "msg" -> message = message == null ? json.getText() : message;
      case "status" -> legacyStatus = legacyStatus == null ? json.getText() : legacyStatus;
      default -> {}
    }
  }
}
