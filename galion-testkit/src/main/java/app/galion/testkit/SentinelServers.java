package app.galion.testkit;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A primary, a replica and three sentinels as own processes on 127.0.0.1. Starting takes about four
 * seconds; a killed primary counts as down after one second and is replaced about two later.
 *
 * <p>Thread-safe.
 */
public final class SentinelServers implements AutoCloseable {

  /** The name under which the sentinels know the primary: {@value}. */
  public static final String NAME = "galion";

  private static final int SENTINELS = 3;
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final List<RedisServer> servers;
  private final List<RedisServer> sentinels;

  private SentinelServers(List<RedisServer> servers, List<RedisServer> sentinels) {
    this.servers = List.copyOf(servers);
    this.sentinels = List.copyOf(sentinels);
  }

  /**
   * Starts the five processes and waits until all know each other and the replica is in step.
   *
   * @return servers that fail over
   */
  public static SentinelServers start() {
    List<RedisServer> servers = new ArrayList<>();
    List<RedisServer> sentinels = new ArrayList<>();
    boolean ready = false;
    try {
      RedisServer primary = RedisServer.startOwn("--repl-diskless-sync-delay", "0");
      servers.add(primary);
      String port = Integer.toString(primary.port());
      RedisServer replica =
          RedisServer.startOwn(
              "--repl-diskless-sync-delay", "0", "--replicaof", primary.host(), port);
      servers.add(replica);
      Await.until(
          replica + " is in step",
          READY_WITHIN,
          () -> info(replica, "replication").contains("master_link_status:up"));
      for (int i = 0; i < SENTINELS; i++) {
        sentinels.add(RedisServer.of(RedisLauncher.launchSentinel(configuration(primary))));
      }
      Await.until(
          "the sentinels know each other",
          READY_WITHIN,
          () -> sentinels.stream().allMatch(SentinelServers::knowsAll));
      SentinelServers all = new SentinelServers(servers, sentinels);
      ready = true;
      return all;
    } finally {
      if (!ready) {
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
      }
    }
  }

  private static List<String> configuration(RedisServer primary) {
    return List.of(
        "sentinel monitor " + NAME + " " + primary.host() + " " + primary.port() + " 2",
        "sentinel down-after-milliseconds " + NAME + " 1000",
        "sentinel failover-timeout " + NAME + " 5000",
        "sentinel parallel-syncs " + NAME + " 1");
  }

  private static boolean knowsAll(RedisServer sentinel) {
    return info(sentinel, "sentinel").contains(",slaves=1,sentinels=" + SENTINELS);
  }

  private static String info(RedisServer server, String section) {
    return String.valueOf(server.command("INFO", section));
  }

  /**
   * Returns where the sentinels are.
   *
   * @return {@code redis-sentinel://host:port,host:port,host:port#galion}
   */
  public String uri() {
    return sentinels.stream()
        .map(sentinel -> sentinel.host() + ":" + sentinel.port())
        .collect(joining(",", "redis-sentinel://", "#" + NAME));
  }

  /**
   * Returns the server that most recently was the primary in the eyes of a sentinel.
   *
   * @return the primary, which may have died a moment ago
   * @throws IllegalStateException if no sentinel answers
   */
  public RedisServer primary() {
    UncheckedIOException trouble = null;
    for (RedisServer sentinel : sentinels) {
      try {
        if (sentinel.responsive()) {
          return at(sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME));
        }
      } catch (UncheckedIOException e) {
        trouble = e; // it died meanwhile, another one knows
      }
    }
    throw new IllegalStateException("no sentinel of " + this + " answers", trouble);
  }

  private RedisServer at(@Nullable Object hostAndPort) {
    String port = String.valueOf(((List<?>) requireNonNull(hostAndPort)).get(1));
    return servers.stream()
        .filter(server -> port.equals(Integer.toString(server.port())))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Returns both data servers, the first primary first; dead ones stay in the list.
   *
   * @return the servers, immutable
   */
  public List<RedisServer> servers() {
    return servers;
  }

  /**
   * Returns the sentinels.
   *
   * @return three servers that answer sentinel commands, immutable
   */
  public List<RedisServer> sentinels() {
    return sentinels;
  }

  /**
   * Kills the primary with SIGKILL.
   *
   * @return the killed server; restarted, it is an empty primary of its own until the sentinels
   *     turn it into a replica, which takes them ten seconds and sometimes minutes
   */
  public RedisServer killPrimary() {
    RedisServer primary = primary();
    primary.kill();
    return primary;
  }

  /**
   * Waits until another server than the given one is the primary and accepts writes.
   *
   * @param old the primary before
   * @param within how long to wait
   * @return the new primary
   * @throws AssertionError if the time is over first
   */
  public RedisServer awaitFailover(RedisServer old, Duration within) {
    return Await.value(
        "another primary than " + old,
        within,
        () -> {
          RedisServer primary = primary();
          boolean other = primary != old && info(primary, "replication").contains("role:master");
          return other ? primary : null;
        });
  }

  /** Ends all five processes. Idempotent. */
  @Override
  public void close() {
    sentinels.forEach(RedisServer::close);
    servers.forEach(RedisServer::close);
  }

  @Override
  public String toString() {
    return "Redis behind " + uri();
  }
}
