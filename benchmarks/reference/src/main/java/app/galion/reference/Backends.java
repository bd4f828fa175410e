package app.galion.reference;

import java.nio.file.Path;

/** What every node stands on, embedded or given. */
record Backends(
    String redisUri, Database database, String openAiBase, String elevenLabsBase, Path files) {

  static final String APP = "galion";
}
