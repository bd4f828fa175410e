package com.example;

import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorProfile;

/** Uses what stands, in process only, without any optional dependency. */
public final class Shop {

  private Shop() {}

  /** Runs once and fails loudly. */
  public static void main(String[] args) {
    VendorCircuit chat = VendorCircuit.builder("chat", VendorProfile.openAiChat()).build();
    chat.forceOpen("maintenance");
    if (!chat.status().toString().contains("OPEN")) {
      throw new IllegalStateException("expected an open circuit, got " + chat.status());
    }
  }
}
