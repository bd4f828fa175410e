package app.galion.circuit;

import java.time.Duration;

/* The vendors whose behaviour is known beforehand. */
final class KnownVendors {

  static final VendorProfile OPEN_AI_CHAT =
      VendorProfile.builder("openai-chat").outcomes(OutcomeProfile.openAi()).build();

  static final VendorProfile OPEN_AI_WHISPER =
      VendorProfile.builder("openai-whisper")
          .outcomes(OutcomeProfile.openAi())
          .firstByte(Duration.ofSeconds(30))
          .gap(Duration.ZERO)
          .total(Duration.ofMinutes(3))
          .build();

  static final VendorProfile ELEVEN_LABS_TTS =
      VendorProfile.builder("elevenlabs-tts")
          .outcomes(OutcomeProfile.elevenLabs())
          .consecutiveFailures(3)
          .minimumCalls(10)
          .openFor(Duration.ofSeconds(30))
          .connect(Duration.ofSeconds(3))
          .firstByte(Duration.ofSeconds(5))
          .gap(Duration.ofSeconds(5))
          .total(Duration.ofMinutes(1))
          .build();

  private KnownVendors() {}
}
