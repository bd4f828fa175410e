package app.galion.reference;

import app.galion.cache.VendorKey;
import java.util.regex.Pattern;

/**
 * Everything that spoken text depends on, and so the key under which it is cached.
 *
 * @param tenant whose text it is
 * @param voice the vendor's voice
 * @param text what to say
 */
record SpeechRequest(String tenant, String voice, String text) {

  private static final String DEFAULT_VOICE = "21m00Tcm4TlvDq8ikWAM";
  private static final Pattern VOICE = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int MAX_TEXT = 5000;

  static SpeechRequest of(String tenant, Fields fields) {
    String voice = fields.optional("voice", 64, DEFAULT_VOICE);
    if (!VOICE.matcher(voice).matches()) {
      throw ApiError.badRequest("'voice' must have letters, digits, '_' and '-' only");
    }
    return new SpeechRequest(tenant, voice, fields.required("text", MAX_TEXT));
  }

  String cacheKey() {
    return VendorKey.builder(tenant, ElevenLabs.MODEL, "elevenlabs /v1/text-to-speech")
        .field("voice", voice)
        .field("text", text)
        .field("output_format", ElevenLabs.FORMAT)
        .build()
        .orElseThrow()
        .text();
  }
}
