package app.galion.redis;

import org.jspecify.annotations.Nullable;

/** Where a server says a slot is: what follows MOVED or ASK. */
record Redirect(int slot, String host, int port) {

  /* An address without a host means the host of the server that answered. */
  static @Nullable Redirect parse(String error, String answeredBy) {
    String[] words = error.split(" ", -1);
    int colon = words.length < 3 ? -1 : words[2].lastIndexOf(':');
    if (colon < 0) {
      return null;
    }
    String host = words[2].substring(0, colon);
    try {
      int slot = Integer.parseInt(words[1]);
      int port = Integer.parseInt(words[2].substring(colon + 1));
      boolean sane = slot >= 0 && slot < ClusterRoute.SLOTS && port > 0 && port < 65_536;
      boolean named = !host.isEmpty() && !"?".equals(host);
      return sane ? new Redirect(slot, named ? host : answeredBy, port) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  String address() {
    return host + ":" + port;
  }
}
