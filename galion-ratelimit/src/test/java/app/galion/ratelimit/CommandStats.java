package app.galion.ratelimit;

import app.galion.testkit.RedisServer;
import java.util.Objects;

/** What a server says of the commands that it ran. */
record CommandStats(RedisServer server) {

  void reset() {
    server.command("CONFIG", "RESETSTAT");
  }

  /** Script calls since the reset. */
  long scripts() {
    return of("evalsha") + of("eval");
  }

  /** Calls of one command since the reset, from inside scripts too. */
  long of(String command) {
    String field = "cmdstat_" + command + ":calls=";
    String stats = Objects.toString(server.command("INFO", "commandstats"));
    int at = stats.indexOf(field);
    if (at < 0) {
      return 0;
    }
    int from = at + field.length();
    return Long.parseLong(stats.substring(from, stats.indexOf(',', from)));
  }
}
