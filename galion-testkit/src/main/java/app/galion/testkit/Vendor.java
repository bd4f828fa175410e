package app.galion.testkit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The vendor endpoints that the {@link VendorSimulator} speaks for. */
public enum Vendor {
  /** {@code POST /v1/chat/completions}. */
  OPENAI_CHAT,
  /** {@code POST /v1/audio/transcriptions}. */
  OPENAI_WHISPER,
  /** {@code POST /v1/text-to-speech/{voice}}. */
  ELEVENLABS_TTS;

  /**
   * Returns the name in the control API and in galion's circuits.
   *
   * @return for example {@code openai-chat}
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static @Nullable Vendor ofId(String id) {
    for (Vendor vendor : values()) {
      if (vendor.id().equals(id)) {
        return vendor;
      }
    }
    return null;
  }

  static @Nullable Vendor ofPath(String path) {
    if (path.equals("/v1/chat/completions")) {
      return OPENAI_CHAT;
    }
    if (path.equals("/v1/audio/transcriptions")) {
      return OPENAI_WHISPER;
    }
    return path.matches("/v1/text-to-speech/[^/]+(/stream)?") ? ELEVENLABS_TTS : null;
  }
}
