package app.galion.redis;

import java.util.Set;

/** What the first word of a server's error says. */
final class ServerError {

  /* The server sends these instead of executing anything. */
  private static final Set<String> NOTHING_DONE =
      Set.of(
          "ASK",
          "BUSY",
          "CLUSTERDOWN",
          "CROSSSLOT",
          "LOADING",
          "MASTERDOWN",
          "MOVED",
          "NOAUTH",
          "NOPERM",
          "NOREPLICAS",
          "NOSCRIPT",
          "READONLY",
          "TRYAGAIN");

  private ServerError() {}

  static boolean provesNothingDone(String error) {
    return NOTHING_DONE.contains(code(error));
  }

  static String code(String error) {
    int space = error.indexOf(' ');
    return space < 0 ? error : error.substring(0, space);
  }
}
