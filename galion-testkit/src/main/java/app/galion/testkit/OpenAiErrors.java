package app.galion.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What all of OpenAI's endpoints have in common: refusals and headers. */
final class OpenAiErrors {

  private static final ObjectMapper JSON = new ObjectMapper();

  private OpenAiErrors() {}

  static @Nullable WireResponse check(WireRequest request) {
    if (!request.method().equals("POST")) {
      return error(405, "Not allowed to " + request.method() + ".", "method_not_supported");
    }
    if (!request.header("Authorization").startsWith("Bearer ")) {
      return error(401, "You didn't provide an API key.", "invalid_api_key");
    }
    return null;
  }

  static WireResponse badRequest(String message) {
    return error(400, message, null);
  }

  private static WireResponse error(int status, String message, @Nullable String code) {
    ObjectNode error = JSON.createObjectNode();
    error
        .putObject("error")
        .put("message", message)
        .put("type", "invalid_request_error")
        .putNull("param")
        .put("code", code);
    return WireResponse.json(status, error.toString());
  }

  static WireResponse headers(WireResponse response, WireRequest request) {
    return response
        .header("x-request-id", "req_" + Digest.of(request.body(), 16))
        .header("openai-version", "2020-10-01")
        .header("openai-processing-ms", "1")
        .header("x-ratelimit-limit-requests", "500")
        .header("x-ratelimit-remaining-requests", "499")
        .header("x-ratelimit-reset-requests", "120ms")
        .header("x-ratelimit-limit-tokens", "200000")
        .header("x-ratelimit-remaining-tokens", "199900")
        .header("x-ratelimit-reset-tokens", "30ms");
  }
}
