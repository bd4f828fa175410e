package app.galion.reference;

import app.galion.cache.VendorKey;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an answer depends on, and so the key under which it is cached.
 *
 * @param tenant whose question it is
 * @param model the vendor's model
 * @param prompt the question
 * @param temperature 0 to 2, or null
 * @param maxTokens or null
 */
record ChatRequest(
    String tenant,
    String model,
    String prompt,
    @Nullable Double temperature,
    @Nullable Integer maxTokens) {

  private static final String DEFAULT_MODEL = "gpt-4o-mini";
  private static final int MAX_PROMPT = 32_000;
  private static final int MAX_MODEL = 100;
  private static final int MAX_TOKENS = 16_384;

  static ChatRequest of(String tenant, Fields fields) {
    return new ChatRequest(
        tenant,
        fields.optional("model", MAX_MODEL, DEFAULT_MODEL),
        fields.required("prompt", MAX_PROMPT),
        fields.number("temperature", 0, 2),
        fields.integer("max_tokens", 1, MAX_TOKENS));
  }

  /** A digest of every field, since a prompt may be longer than a key. */
  String cacheKey() {
    VendorKey.Builder request =
        VendorKey.builder(tenant, model, "openai /v1/chat/completions").field("prompt", prompt);
    if (temperature != null) {
      request.field("temperature", temperature);
    }
    if (maxTokens != null) {
      request.field("max_tokens", maxTokens);
    }
    return request.build().orElseThrow().text();
  }
}
