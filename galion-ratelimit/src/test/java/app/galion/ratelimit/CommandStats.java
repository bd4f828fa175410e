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

  /** Script calls since the reset, without the heartbeats of links, each of which is a ZADD. */
  long scripts() {
    String stats = all();
    return number(stats, "evalsha", "calls")
        + number(stats, "eval", "calls")
        - number(stats, "zadd", "calls");
  }

  /** Calls of one command since the reset, from inside scripts too. */
  long of(String command) {
    return number(all(), command, "calls");
  }

  /** Calls of one command that the server's rules forbade, since the reset. */
  long refused(String command) {
    return number(all(), command, "rejected_calls");
  }

  private String all() {
    return Objects.toString(server.command("INFO", "commandstats"));
  }

  private static long number(String stats, String command, String field) {
    Matcher number =
        Pattern.compile("cmdstat_" + command + ":(?:.*,)?" + field + "=(\\d+)").matcher(stats);
    return number.find() ? Long.parseLong(number.group(1)) : 0;
  }
}
