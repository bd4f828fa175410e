package app.galion.testkit;

import static java.util.stream.Collectors.joining;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis Cluster of own processes on 127.0.0.1, for tests of failover and of moving slots.
 * Starting six nodes takes about five seconds; where only the rules of keys and slots matter,
 * {@link RedisServer#startCluster()} is enough. The node timeout is two seconds, so a killed
 * primary is replaced after about three to five.
 *
 * <p>Thread-safe.
 */
public final class RedisClusterServers implements AutoCloseable {

  private static final int SLOTS = 16_384;
  private static final int MAX_NODES = 30;
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final List<RedisServer> nodes;

  private RedisClusterServers(List<RedisServer> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Starts a cluster and waits until every node finds it sound and every replica is in step.
   *
   * @param shards how many primaries, at least 1; a failover needs 3
   * @param replicas how many replicas each primary has, at least 0
   * @return a cluster that accepts writes
   * @throws IllegalArgumentException if a number is out of range or there are more than 30 nodes
   */
  public static RedisClusterServers start(int shards, int replicas) {
    if (shards < 1 || replicas < 0 || (long) shards * (1L + replicas) > MAX_NODES) {
      throw new IllegalArgumentException(
          shards + " shards with " + replicas + " replicas must be 1 to 30 nodes in all");
    }
    List<RedisServer> nodes = new ArrayList<>();
    boolean ready = false;
    try {
      for (int i = 0; i < shards * (1 + replicas); i++) {
        nodes.add(RedisServer.of(RedisLauncher.launchClusterNode()));
      }
      RedisClusterServers cluster = new RedisClusterServers(nodes);
      cluster.form(shards);
      ready = true;
      return cluster;
    } finally {
      if (!ready) {
        nodes.forEach(RedisServer::close);
      }
    }
  }

  private void form(int shards) {
    RedisServer first = nodes.get(0);
    String bus = busPort(first);
    for (int i = 0; i < nodes.size(); i++) {
      RedisServer node = nodes.get(i);
      node.command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
      if (i < shards) {
        String from = Integer.toString(i * SLOTS / shards);
        String to = Integer.toString((i + 1) * SLOTS / shards - 1);
        node.command("CLUSTER", "ADDSLOTSRANGE", from, to);
      }
      if (i > 0) {
        node.command("CLUSTER", "MEET", first.host(), Integer.toString(first.port()), bus);
      }
    }
    Await.until(
        "all nodes know each other",
        READY_WITHIN,
        () -> nodes.stream().allMatch(node -> view(node).nodes().size() == nodes.size()));
    for (int i = shards; i < nodes.size(); i++) {
      RedisServer replica = nodes.get(i);
      String primaryId = id(nodes.get(i % shards));
      Await.until(
          replica + " replicates",
          READY_WITHIN,
          () -> "OK".equals(replica.command("CLUSTER", "REPLICATE", primaryId)));
    }
    awaitSound(READY_WITHIN, nodes.size() - shards);
  }

  private static String busPort(RedisServer node) {
    String line = String.valueOf(node.command("CLUSTER", "NODES"));
    return line.substring(line.indexOf('@') + 1).split("[ ,]", 2)[0];
  }

  private static String id(RedisServer node) {
    return String.valueOf(node.command("CLUSTER", "MYID"));
  }

  private static ClusterView view(RedisServer node) {
    return ClusterView.of(node.command("CLUSTER", "NODES"));
  }

  /**
   * Waits until every running node finds the cluster sound and every running replica is in step,
   * for instance after a killed primary or a restarted node.
   *
   * @param within how long to wait
   * @throws AssertionError if the time is over first
   */
  public void awaitSound(Duration within) {
    awaitSound(within, 0);
  }

  private void awaitSound(Duration within, int replicas) {
    Await.until(
        "all of " + nodes.size() + " cluster nodes that run are sound",
        within,
        () -> nodes.stream().filter(RedisServer::responsive).allMatch(n -> sound(n, replicas)));
  }

  private static boolean sound(RedisServer node, int replicas) {
    String replication = String.valueOf(node.command("INFO", "replication"));
    return ClusterView.stateOk(node.command("CLUSTER", "INFO"))
        && view(node).replicas() >= replicas
        && (replication.contains("role:master") || replication.contains("master_link_status:up"));
  }

  /**
   * Returns the nodes' URIs as a client takes them.
   *
   * @return URIs separated by commas
   */
  public String uris() {
    return nodes.stream().map(RedisServer::uri).collect(joining(","));
  }

  /**
   * Returns all nodes, the first primaries first; dead ones stay in the list.
   *
   * @return the nodes, immutable
   */
  public List<RedisServer> nodes() {
    return nodes;
  }

  /**
   * Returns the node that the cluster takes for the primary of a key at the moment.
   *
   * @param key the key, with its hash tag if it has one
   * @return the primary, which may have died a moment ago
   * @throws IllegalStateException if no node can tell
   */
  public RedisServer primaryOf(String key) {
    UncheckedIOException trouble = null;
    for (RedisServer node : nodes) {
      try {
        RedisServer primary = node.responsive() ? primaryOf(key, node) : null;
        if (primary != null) {
          return primary;
        }
      } catch (UncheckedIOException e) {
        trouble = e; // it died meanwhile, another one may know
      }
    }
    throw new IllegalStateException(
        "no running node knows a primary of key '" + key + "'", trouble);
  }

  private @Nullable RedisServer primaryOf(String key, RedisServer witness) {
    int slot = slotOf(witness, key);
    return view(witness).nodes().stream()
        .filter(seen -> seen.primaryOf(slot))
        .map(seen -> at(seen.port()))
        .findFirst()
        .orElse(null);
  }

  private static int slotOf(RedisServer node, String key) {
    return Integer.parseInt(String.valueOf(node.command("CLUSTER", "KEYSLOT", key)));
  }

  private RedisServer at(int port) {
    return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
  }

  /**
   * Kills the primary of a key with SIGKILL.
   *
   * @param key the key
   * @return the killed node, which may be restarted and then becomes a replica
   */
  public RedisServer killPrimaryOf(String key) {
    RedisServer primary = primaryOf(key);
    primary.kill();
    return primary;
  }

  /**
   * Moves the slot of a key, with all keys in it, to another primary.
   *
   * @param key the key
   * @param target a primary of this cluster
   */
  public void moveSlot(String key, RedisServer target) {
    RedisServer source = primaryOf(key);
    String slot = Integer.toString(slotOf(source, key));
    String targetId = id(target);
    target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", id(source));
    source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
    for (List<?> keys = keysIn(source, slot); !keys.isEmpty(); keys = keysIn(source, slot)) {
      List<String> migrate = new ArrayList<>();
      migrate.addAll(List.of("MIGRATE", target.host(), Integer.toString(target.port())));
      migrate.addAll(List.of("", "0", "5000", "KEYS"));
      keys.forEach(moved -> migrate.add(String.valueOf(moved)));
      source.command(migrate.toArray(String[]::new));
    }
    target.command("CLUSTER", "SETSLOT", slot, "NODE", targetId);
    source.command("CLUSTER", "SETSLOT", slot, "NODE", targetId);
  }

  private static List<?> keysIn(RedisServer node, String slot) {
    Object keys = node.command("CLUSTER", "GETKEYSINSLOT", slot, "100");
    return keys instanceof List<?> list ? list : List.of();
  }

  /** Ends all nodes. Idempotent. */
  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }

  @Override
  public String toString() {
    return "Redis Cluster at " + uris();
  }
}
