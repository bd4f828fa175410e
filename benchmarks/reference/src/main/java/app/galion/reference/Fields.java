package app.galion.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The fields of a caller's JSON object, each of the type that is asked for, else a 400. */
final class Fields {

  private final JsonNode object;

  Fields(JsonNode object) {
    this.object = object;
  }

  String required(String name, int maxLength) {
    String text = optional(name, maxLength);
    if (text == null) {
      throw ApiError.badRequest("'" + name + "' is missing");
    }
    return text;
  }

  @Nullable String optional(String name, int maxLength) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isTextual()) {
      throw ApiError.badRequest("'" + name + "' must be a string");
    }
    String text = node.textValue();
    if (text.isBlank() || text.length() > maxLength) {
      throw ApiError.badRequest(
          "'" + name + "' must have 1 to " + maxLength + " characters, not only blanks");
    }
    if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw ApiError.badRequest("'" + name + "' has characters that are no text");
    }
    return text;
  }

  String optional(String name, int maxLength, String absent) {
    String text = optional(name, maxLength);
    return text == null ? absent : text;
  }

  boolean flag(String name) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      return false;
    }
    if (!node.isBoolean()) {
      throw ApiError.badRequest("'" + name + "' must be true or false");
    }
    return node.booleanValue();
  }

  @Nullable Double number(String name, double min, double max) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isNumber() || !(node.doubleValue() >= min && node.doubleValue() <= max)) {
      throw ApiError.badRequest("'" + name + "' must be a number from " + min + " to " + max);
    }
    return node.doubleValue();
  }

  @Nullable Integer integer(String name, int min, int max) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isInt() || node.intValue() < min || node.intValue() > max) {
      throw ApiError.badRequest("'" + name + "' must be an integer from " + min + " to " + max);
    }
    return node.intValue();
  }
}
