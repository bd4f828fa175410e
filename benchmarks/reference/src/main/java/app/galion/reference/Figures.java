package app.galion.reference;

import app.galion.redis.RedisLink;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the detailed health tells of Redis, the database and the circuits. */
final class Figures {

  private static final Duration DEADLINE = Duration.ofSeconds(1);

  private Figures() {}

  /** The original's block, from Redis' own {@code INFO}. */
  static Map<String, Object> redis(RedisLink link) {
    Map<String, String> info =
        fields(RedisLink.join(link.command("INFO", List.of(), DEADLINE)).text(0));
    long hits = number(info, "keyspace_hits");
    long misses = number(info, "keyspace_misses");
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("used_memory_human", info.getOrDefault("used_memory_human", "unknown"));
    figures.put("connected_clients", number(info, "connected_clients"));
    figures.put("total_commands_processed", number(info, "total_commands_processed"));
    figures.put("keyspace_hits", hits);
    figures.put("keyspace_misses", misses);
    figures.put(
        "hit_rate", hits == 0 ? 0.0 : Math.round(10_000.0 * hits / (hits + misses)) / 100.0);
    return figures;
  }

  private static Map<String, String> fields(String info) {
    Map<String, String> fields = new LinkedHashMap<>();
    info.lines()
        .map(line -> line.split(":", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> fields.put(pair[0], pair[1].trim()));
    return fields;
  }

  private static long number(Map<String, String> info, String name) {
    return Long.parseLong(info.getOrDefault(name, "0"));
  }

  static Map<String, Object> database(HikariDataSource source) {
    HikariPoolMXBean pool = source.getHikariPoolMXBean();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("active_connections", pool.getActiveConnections());
    figures.put("idle_connections", pool.getIdleConnections());
    figures.put("threads_awaiting_connection", pool.getThreadsAwaitingConnection());
    figures.put("max_connections", source.getMaximumPoolSize());
    return figures;
  }

  static Map<String, Object> circuits(Circuits circuits) {
    Map<String, Object> figures = new LinkedHashMap<>();
    circuits.all().stream()
        .map(circuit -> circuit.status())
        .forEach(status -> figures.put(status.name(), status.state().toString()));
    return figures;
  }
}
