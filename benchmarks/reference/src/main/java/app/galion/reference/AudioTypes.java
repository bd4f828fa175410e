package app.galion.reference;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Media types of audio, as callers name them and as the vendor knows files. */
final class AudioTypes {

  private static final String UNKNOWN = "audio/wav";

  private AudioTypes() {}

  /** The declared type if it is of audio or video, else one that the vendor takes. */
  static String of(@Nullable String declared) {
    if (declared == null) {
      return UNKNOWN;
    }
    String type = declared.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return type.matches("(audio|video)/[a-z0-9.+-]{1,60}") ? type : UNKNOWN;
  }

  static String extension(String type) {
    return switch (type.substring(type.indexOf('/') + 1)) {
      case "mpeg", "mp3", "mpga" -> "mp3";
      case "mp4", "m4a", "x-m4a" -> "m4a";
      case "webm" -> "webm";
      case "ogg", "opus" -> "ogg";
      case "flac", "x-flac" -> "flac";
      default -> "wav";
    };
  }
}
