package app.galion.testkit;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One answer: a whole body, or pieces that go out one by one. */
record WireResponse(int status, Map<String, String> headers, List<byte[]> pieces, boolean chunked) {

  static WireResponse whole(int status, String contentType, byte[] body) {
    return new WireResponse(
        status, new LinkedHashMap<>(Map.of("Content-Type", contentType)), List.of(body), false);
  }

  static WireResponse json(int status, String body) {
    return whole(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  static WireResponse chunks(String contentType, List<byte[]> pieces) {
    return new WireResponse(
        200, new LinkedHashMap<>(Map.of("Content-Type", contentType)), pieces, true);
  }

  WireResponse header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  int length() {
    return pieces.stream().mapToInt(piece -> piece.length).sum();
  }
}
