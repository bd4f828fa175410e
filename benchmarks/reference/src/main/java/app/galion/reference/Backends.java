package app.galion.reference;

import app.galion.testkit.VendorSimulator;
import java.nio.file.Path;

/** What every node stands on, embedded or given. */
record Backends(
    String redisUri,
    Database database,
    String openAiBase,
    String elevenLabsBase,
    Path files,
    VendorSimulator simulator) {

  static final String APP = "galion";
}
