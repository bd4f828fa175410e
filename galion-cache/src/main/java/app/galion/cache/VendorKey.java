package app.galion.cache;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The key of a request to an AI vendor: two requests have the same key only if nothing that the
 * answer depends on differs. Exact, never by similarity: requests that mean the same in other words
 * have other keys.
 *
 * <p>It is a SHA-256 of tenant, model, endpoint and every field of the request: text by its code
 * points, without normalisation; numbers by value, so 1 is 1.0; objects whatever the order of their
 * members; arrays in their order; bytes, such as audio, by their own SHA-256. A field that is
 * absent, null and 0 is three different things. Every part is preceded by its kind and length, so
 * that no two requests run together.
 *
 * <p>A key of a {@link TieredCache} as it is, without a {@code keyEncoder}. Immutable; its text
 * tells nothing about the request.
 *
 * <pre>{@code
 * VendorKey.Builder request =
 *     VendorKey.builder(user, "gpt-4o-mini", "/v1/chat/completions")
 *         .field("messages", messages)
 *         .field("temperature", 0);
 * Optional<VendorKey> key = request.build(); // empty: do not cache, request.uncacheable() says why
 * }</pre>
 */
public final class VendorKey {

  /** Names of fields whose meaning is known; all of them have a say in the answer. */
  private static final Set<String> KNOWN =
      Set.of(
          /* what is asked */
          "model",
          "model_id",
          "messages",
          "prompt",
          "input",
          "system",
          "instructions",
          "text",
          "file",
          "audio",
          "image",
          "suffix",
          "prefix",
          /* how it is drawn */
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "seed",
          "n",
          "best_of",
          "max_tokens",
          "max_completion_tokens",
          "max_output_tokens",
          "stop",
          "stop_sequences",
          "frequency_penalty",
          "presence_penalty",
          "repetition_penalty",
          "logit_bias",
          "logprobs",
          "top_logprobs",
          "reasoning",
          "reasoning_effort",
          "thinking",
          "verbosity",
          /* its form */
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "functions",
          "function_call",
          "response_format",
          "modalities",
          "output_format",
          "encoding_format",
          "dimensions",
          "timestamp_granularities",
          /* speech */
          "voice",
          "voice_id",
          "voice_settings",
          "speed",
          "language",
          "language_code",
          "previous_text",
          "next_text",
          "apply_text_normalization",
          "pronunciation_dictionary_locators");

  private final String text;

  private VendorKey(String text) {
    this.text = text;
  }

  /**
   * Starts the key of a request.
   *
   * @param tenant whose request it is: answers are never shared beyond it. Use one constant only
   *     for what everybody may see
   * @param model the vendor's model, with its version if it has one
   * @param endpoint what is called, for example {@code /v1/chat/completions}; with the vendor's
   *     name where two vendors have one of the same name
   * @return a builder
   * @throws IllegalArgumentException if any is blank
   */
  public static Builder builder(String tenant, String model, String endpoint) {
    return new Builder(named("tenant", tenant), named("model", model), named("endpoint", endpoint));
  }

  /**
   * Returns the key's text: the version of the way it is made, and 64 hexadecimal digits.
   *
   * @return 67 characters
   */
  public String text() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VendorKey key && text.equals(key.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private static String named(String what, String value) {
    if (requireNonNull(value, what).isBlank()) {
      throw new IllegalArgumentException("a vendor key's " + what + " must not be blank");
    }
    return value;
  }

  /** Collects the fields of one request. Not thread-safe. */
  public static final class Builder {
    private final String tenant;
    private final String model;
    private final String endpoint;
    private final TreeMap<String, @Nullable Object> fields = new TreeMap<>();
    private final Set<String> known = new HashSet<>();
    private final Set<String> ignored = new HashSet<>(Set.of("stream"));

    private Builder(String tenant, String model, String endpoint) {
      this.tenant = tenant;
      this.model = model;
      this.endpoint = endpoint;
    }

    /**
     * Adds a field of the request.
     *
     * @param name as the vendor spells it
     * @param value null, a Boolean, String or Number, a {@code byte[]}, a List, an array of
     *     objects, or a Map by String; the last three of such values again. Anything else makes the
     *     request uncacheable. It is read by {@link #build}
     * @return this
     * @throws IllegalArgumentException if the field was added before
     */
    public Builder field(String name, @Nullable Object value) {
      if (fields.containsKey(requireNonNull(name, "name"))) {
        throw new IllegalArgumentException("field '" + name + "' of a vendor key is set twice");
      }
      fields.put(name, value);
      return this;
    }

    /**
     * Adds all fields of a request's body.
     *
     * @param body by the names that the vendor uses
     * @return this
     * @throws IllegalArgumentException if one was added before
     */
    public Builder fields(Map<String, ? extends @Nullable Object> body) {
      body.forEach(this::field);
      return this;
    }

    /**
     * Names fields that have a say in the answer and that this version does not know.
     *
     * @param names as the vendor spells them
     * @return this
     */
    public Builder known(String... names) {
      known.addAll(List.of(names));
      return this;
    }

    /**
     * Names fields that have no say in the answer, such as {@code metadata}. {@code stream} is one
     * from the start.
     *
     * @param names as the vendor spells them
     * @return this
     * @throws IllegalArgumentException if one of them has a say in it
     */
    public Builder ignored(String... names) {
      for (String name : names) {
        if (KNOWN.contains(name)) {
          throw new IllegalArgumentException(
              "field '" + name + "' has a say in the answer: a vendor key cannot ignore it");
        }
        ignored.add(name);
      }
      return this;
    }

    /**
     * Returns the key.
     *
     * @return empty if the request must not be cached; {@link #uncacheable} says why
     */
    public Optional<VendorKey> build() {
      try {
        return Optional.of(new VendorKey(digest()));
      } catch (CanonicalDigest.NoFormException e) {
        return Optional.empty();
      }
    }

    /**
     * Returns why the request must not be cached: a field that is neither known nor ignored, or a
     * value without one canonical form.
     *
     * @return a sentence with the field's name and no value; empty if the request has a key
     */
    public Optional<String> uncacheable() {
      try {
        digest();
        return Optional.empty();
      } catch (CanonicalDigest.NoFormException e) {
        return Optional.of(e.why);
      }
    }

    private String digest() {
      CanonicalDigest digest = new CanonicalDigest();
      digest.text(tenant);
      digest.text(model);
      digest.text(endpoint);
      TreeMap<String, @Nullable Object> counted = new TreeMap<>(fields);
      counted.keySet().removeAll(ignored);
      for (String name : counted.keySet()) {
        if (!KNOWN.contains(name) && !known.contains(name)) {
          throw new CanonicalDigest.NoFormException(
              "field '"
                  + name
                  + "' is unknown, so it may have a say in the answer: name it by known() or"
                  + " ignored()");
        }
      }
      digest.value("", counted, 0);
      return digest.end();
    }
  }
}
