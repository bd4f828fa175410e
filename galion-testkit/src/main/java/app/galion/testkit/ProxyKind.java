package app.galion.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What a connection to Redis is for, as far as it has shown. */
enum ProxyKind {
  COMMANDS,
  SUBSCRIBERS;

  private static final String SUBSCRIBE = "SUBSCRIBE\r\n";

  /** The kind of a connection of this kind, on which a caller has sent these bytes. */
  ProxyKind after(ByteBuffer sent) {
    if (this == SUBSCRIBERS) {
      return this;
    }
    String text = StandardCharsets.ISO_8859_1.decode(sent.duplicate()).toString();
    return text.toUpperCase(Locale.ROOT).contains(SUBSCRIBE) ? SUBSCRIBERS : COMMANDS;
  }
}
