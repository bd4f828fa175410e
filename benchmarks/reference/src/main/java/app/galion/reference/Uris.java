package app.galion.reference;

import java.net.URI;
import java.util.regex.Pattern;

/** Addresses as they may be shown: without passwords. */
final class Uris {

  /* To the last @ before the next address, since a password may hold an @ itself. */
  private static final Pattern PASSWORD = Pattern.compile("(//[^/@,:]*):(?:(?!,[a-z-]+://).)*@");
  private static final Pattern LONE_PASSWORD = Pattern.compile("//[^/@,:?]+@");
  private static final Pattern SCHEMELESS = Pattern.compile("^([^/@]*):[^/@]*@");
  private static final Pattern PARAMETER =
      Pattern.compile("(?i)([?&;](?:password|pass|secret|token)=)[^&;]*");

  private Uris() {}

  static String masked(String uri) {
    String named = PASSWORD.matcher(uri).replaceAll("$1:***@");
    String lone = LONE_PASSWORD.matcher(named).replaceAll("//***@");
    return PARAMETER.matcher(SCHEMELESS.matcher(lone).replaceAll("$1:***@")).replaceAll("$1***");
  }

  static String withoutTrailingSlash(String uri) {
    return uri.endsWith("/") ? withoutTrailingSlash(uri.substring(0, uri.length() - 1)) : uri;
  }

  /** An OpenAI base URL ends in {@code /v1}, as in the SDKs; a bare host gets it. */
  static String openAiBase(String uri) {
    String base = withoutTrailingSlash(uri);
    String path = URI.create(base).getPath();
    return path == null || path.isEmpty() ? base + "/v1" : base;
  }

  static int portOf(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equals(uri.getScheme()) ? 443 : 80;
  }
}
