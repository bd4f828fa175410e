package app.galion.reference;

import app.galion.circuit.VendorCall;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ElevenLabs' wire format: text to speech. */
final class ElevenLabs {

  static final String MODEL = "eleven_multilingual_v2";
  static final String FORMAT = "mp3_44100_128";

  private final VendorApi api;
  private final VendorAccounts accounts;

  /**
   * @param base has no {@code /v1}
   */
  ElevenLabs(HttpClient http, String base, @Nullable String key, VendorAccounts accounts) {
    this.accounts = accounts;
    this.api = new VendorApi(http, base, "xi-api-key", key == null ? "none" : key);
  }

  byte[] speak(VendorCall call, SpeechRequest request) {
    String path = "/v1/text-to-speech/" + request.voice() + "?output_format=" + FORMAT;
    HttpRequest spoken = api.json(path, Map.of("text", request.text(), "model_id", MODEL));
    HttpResponse<byte[]> answer = accounts.speech(spending -> api.send(call, spoken));
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (answer.body().length == 0 || !type.startsWith("audio/")) {
      String what = "speech of " + answer.body().length + " bytes of type '" + type + "'";
      throw VendorApi.unusable(call, what);
    }
    return answer.body();
  }
}
