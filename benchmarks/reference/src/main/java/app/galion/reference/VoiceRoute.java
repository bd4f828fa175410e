package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCircuit;
import app.galion.spi.GalionException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Speech to text and back, each behind its vendor's circuit. */
final class VoiceRoute {

  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?");

  private final Limits limits;
  private final VendorCircuit whisper;
  private final OpenAi openAi;
  private final VendorCache<SpeechRequest, byte[]> speeches;
  private final InstantSource clock;

  VoiceRoute(
      Limits limits,
      Circuits circuits,
      Vendors vendors,
      TieredCache<SpeechRequest, byte[]> speeches,
      InstantSource clock) {
    this.limits = limits;
    this.whisper = circuits.whisper();
    this.openAi = vendors.openAi();
    this.speeches = new VendorCache<>(speeches, circuits.tts(), vendors.elevenLabs()::speak);
    this.clock = clock;
  }

  void install(RoutesConfig routes) {
    routes.post("/api/v1/voice/stt", limits.by(limits.stt, this::speechToText));
    routes.post("/api/v1/voice/tts", limits.by(limits.tts, this::textToSpeech));
  }

  private void speechToText(Context context) throws Exception {
    String language = language(context.queryParam("language"));
    byte[] audio = Bodies.bytes(context, Bodies.AUDIO_LIMIT);
    if (audio.length == 0) {
      throw ApiError.badRequest("the body must be audio");
    }
    String type = AudioTypes.of(context.contentType());
    OpenAi.Transcript transcript;
    try {
      transcript = whisper.callOrThrow(call -> openAi.transcribe(call, audio, type, language));
    } catch (GalionException e) {
      if (VendorErrorResponses.isOutage(e)) {
        throw VendorErrorResponses.unavailable("speech recognition", e, clock);
      }
      throw e;
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("text", transcript.text());
    answer.put("language", transcript.language());
    answer.put("source", "openai");
    context.json(answer);
  }

  private static @Nullable String language(@Nullable String language) {
    if (language == null || language.isEmpty()) {
      return null;
    }
    if (!LANGUAGE.matcher(language).matches()) {
      throw ApiError.badRequest("'language' must be a code such as en or pt-BR");
    }
    return language;
  }

  private void textToSpeech(Context context) throws Exception {
    SpeechRequest request =
        SpeechRequest.of(limits.caller(context).subject(), Bodies.json(context));
    try {
      Entry<byte[]> entry = speeches.get(request);
      byte[] audio = entry.value();
      if (audio == null) {
        throw new IllegalStateException("spoken text is never remembered as absent");
      }
      CacheHeaders.put(context, entry);
      context.header("X-Source", CacheHeaders.isLive(entry) ? "elevenlabs" : "cache");
      context.res().setCharacterEncoding((String) null);
      context.contentType("audio/mpeg").result(audio);
    } catch (GalionException e) {
      if (!VendorErrorResponses.isOutage(e)) {
        throw e;
      }
      context.json(textOnly(request.text()));
    }
  }

  private static Map<String, @Nullable Object> textOnly(String text) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("audio", null);
    answer.put("text", text);
    answer.put("source", "text_only");
    answer.put("success", true);
    answer.put("warning", "speech is unavailable; here is the text");
    return answer;
  }
}
