package app.galion.redis;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisURI;
import java.util.ArrayList;
import java.util.List;

/** Reads addresses as people write them into configurations. */
final class Addresses {

  private Addresses() {}

  /* Sentinels share one address; those of a cluster are several. */
  static List<RedisURI> parse(String uris) {
    List<RedisURI> parsed = new ArrayList<>();
    String trimmed = requireNonNull(uris, "uris").trim();
    String[] each =
        trimmed.startsWith("redis-sentinel") || trimmed.startsWith("rediss-sentinel")
            ? new String[] {trimmed}
            : trimmed.split(",", -1);
    for (String uri : each) {
      try {
        parsed.add(RedisURI.create(uri.trim()));
      } catch (RuntimeException e) {
        // without the cause, which would repeat the address and any password in it
        throw new IllegalArgumentException(
            "redis address "
                + (parsed.size() + 1)
                + " of "
                + each.length
                + " is malformed: it must be redis://host:port, rediss://host:port or"
                + " redis-sentinel://host:port,host:port/db#primary");
      }
    }
    return parsed;
  }

  /* All that several addresses must not be. */
  static List<String> conflicts(List<RedisURI> uris) {
    List<String> conflicts = new ArrayList<>();
    if (uris.size() > 1) {
      if (uris.stream().anyMatch(uri -> !uri.getSentinels().isEmpty())) {
        conflicts.add(
            "Sentinels belong in one address, redis-sentinel://host:port,host:port#primary");
      }
      if (uris.stream().anyMatch(uri -> uri.getDatabase() != 0)) {
        conflicts.add("a cluster has database 0 alone");
      }
      if (uris.stream().anyMatch(uri -> uri.getSocket() != null)) {
        conflicts.add("a cluster cannot be reached through a socket file");
      }
    }
    return conflicts;
  }
}
