package app.galion.reference;

import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorProfile;
import java.util.List;

/** A node's circuits, one per vendor endpoint. */
record Circuits(VendorCircuit chat, VendorCircuit whisper, VendorCircuit tts) {

  static Circuits create() {
    return new Circuits(
        VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build(),
        VendorCircuit.builder("openai-whisper", VendorProfile.openAiWhisper()).build(),
        VendorCircuit.builder("elevenlabs-tts", VendorProfile.elevenLabsTts()).build());
  }

  List<VendorCircuit> all() {
    return List.of(chat, whisper, tts);
  }
}
