package app.galion.circuit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/* Server-sent events out of bytes, cut wherever the network cut them. */
final class SseParser {

  static final int MAX_LINE = 1 << 20;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private final StringBuilder data = new StringBuilder();
  private String name = "";
  private boolean hasData;
  private boolean afterCr;
  private boolean first = true;

  /* False when a line has no end. */
  boolean feed(ByteBuffer bytes, BiConsumer<String, String> events) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n' && afterCr) {
        afterCr = false;
      } else if (b == '\n' || b == '\r') {
        afterCr = b == '\r';
        line(events);
      } else {
        afterCr = false;
        line.write(b);
        if (line.size() + data.length() > MAX_LINE) {
          return false;
        }
      }
    }
    return true;
  }

  /* An event without its empty line is cut off and dropped; only the closing mark needs none. */
  void end(BiConsumer<String, String> events) {
    if (line.size() > 0) {
      line(events);
    }
    if (hasData && data.toString().equals("[DONE]")) {
      dispatch(events);
    }
  }

  private void line(BiConsumer<String, String> events) {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first) {
      first = false;
      if (text.startsWith("\uFEFF")) {
        text = text.substring(1);
      }
    }
    if (text.isEmpty()) {
      dispatch(events);
      return;
    }
    int colon = text.indexOf(':');
    if (colon == 0) {
      return;
    }
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    if (value.startsWith(" ")) {
      value = value.substring(1);
    }
    if (field.equals("data")) {
      if (hasData) {
        data.append('\n');
      }
      data.append(value);
      hasData = true;
    } else if (field.equals("event")) {
      name = value;
    }
  }

  private void dispatch(BiConsumer<String, String> events) {
    if (hasData) {
      String whole = data.toString();
      String named = name;
      data.setLength(0);
      hasData = false;
      name = "";
      events.accept(named, whole);
    } else {
      name = "";
    }
  }
}
