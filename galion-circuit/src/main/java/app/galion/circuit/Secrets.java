package app.galion.circuit;

import java.util.regex.Pattern;

/* Vendors quote the key that they refuse, and messages go to logs, health pages and users. */
final class Secrets {

  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)(?<![A-Za-z0-9])(?:"
              + "([sprx]k[-_]|bearer\\s+|(?:api[-_]?key|key|token|secret)=)"
              + "[^\\s\"'<>&,;]{6,}" // an end of a sentence is taken along
              + "|(?<!_)[0-9a-f]{32,}(?![A-Za-z0-9]))");

  private Secrets() {}

  static String masked(String text) {
    return SECRET
        .matcher(text)
        .replaceAll(found -> (found.group(1) == null ? "" : found.group(1)) + "****");
  }
}
