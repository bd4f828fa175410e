package app.galion.ratelimit;

import app.galion.testkit.RedisServer;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    return number(command, "calls");
  }

  /** Calls of one command that the server's rules forbade, since the reset. */
  long refused(String command) {
    return number(command, "rejected_calls");
  }

  private long number(String command, String field) {
    String stats = Objects.toString(server.command("INFO", "commandstats"));
    Matcher number =
        Pattern.compile("cmdstat_" + command + ":(?:.*,)?" + field + "=(\\d+)").matcher(stats);
    return number.find() ? Long.parseLong(number.group(1)) : 0;
  }
}
