package app.galion.redis;

import app.galion.redis.RedisUnavailableException.Reason;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/*
 * One node for every primary of a cluster. Which one serves a slot is asked every ten seconds, and
 * at once, at most five times a second, when a server redirects a call, falls silent, goes away or
 * says that the cluster is down. A redirection is believed before that: it changes its slot alone.
 * Primaries that are redirected to before the layout names them are guests for a minute.
 */
final class ClusterRoute implements Route {

  static final int SLOTS = SlotHash.SLOT_COUNT;

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long GUEST_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int SHARDED_SINCE = 7;

  private final LinkCore core;
  private final List<RedisURI> seeds;
  private final AtomicReferenceArray<@Nullable Node> slots = new AtomicReferenceArray<>(SLOTS);
  private final AtomicBoolean wanted = new AtomicBoolean();
  private final Map<Integer, byte[]> markers = new ConcurrentHashMap<>();
  private volatile Map<String, Node> nodes = Map.of();
  private volatile Map<String, RedisURI> replicas = Map.of();
  private volatile RedisUnavailableException refusal;
  private volatile boolean sharded;

  /* On the keeper's thread. */
  private final Map<String, Long> guests = new HashMap<>();
  private final Map<String, Integer> versions = new HashMap<>();
  private boolean asking;
  private long askedAt;

  ClusterRoute(LinkCore core, List<RedisURI> seeds) {
    this.core = core;
    this.seeds = seeds;
    askedAt = core.ticker().read() - PERIOD_NANOS;
    refusal = refusal("does not know the cluster yet");
  }

  private RedisUnavailableException refusal(String why) {
    return core.unavailable(Reason.DISCONNECTED, false, why + "; the call was not sent", null);
  }

  @Override
  public Topology topology() {
    return Topology.CLUSTER;
  }

  @Override
  public @Nullable Node node(byte @Nullable [] key) {
    if (key != null) {
      Node node = slots.get(SlotHash.getSlot(key));
      if (node == null) {
        refresh();
      }
      return node;
    }
    Collection<Node> all = nodes.values();
    Node any = null;
    int skip = all.isEmpty() ? 0 : ThreadLocalRandom.current().nextInt(all.size());
    for (Node node : all) {
      any = any == null || node.available() ? node : any;
      if (skip-- <= 0 && any.available()) {
        break;
      }
    }
    return any;
  }

  @Override
  public RedisUnavailableException refusal() {
    return refusal;
  }

  @Override
  public boolean splits(List<byte[]> keys) {
    int slot = SlotHash.getSlot(keys.get(0));
    for (int i = 1; i < keys.size(); i++) {
      if (SlotHash.getSlot(keys.get(i)) != slot) {
        return true;
      }
    }
    return false;
  }

  @Override
  public @Nullable Node redirected(Redirect to, boolean once) {
    Node node = nodes.get(to.address());
    if (node == null) {
      core.keeper().run(() -> invite(to, once));
    } else if (!once) {
      slots.set(to.slot(), node);
    }
    if (!once) {
      refresh();
    }
    return node;
  }

  private void invite(Redirect to, boolean once) {
    guests.put(to.address(), core.ticker().read() + GUEST_NANOS);
    Node node = nodes.get(to.address());
    if (node == null) {
      node = new Node(core, uri(to.host(), to.port()));
      Map<String, Node> more = new LinkedHashMap<>(nodes);
      more.put(to.address(), node);
      nodes = more;
      node.connect();
    }
    if (!once) {
      slots.set(to.slot(), node);
    }
  }

  private RedisURI uri(String host, int port) {
    RedisURI uri = RedisURI.builder(seeds.get(0)).build();
    uri.setHost(host);
    uri.setPort(port);
    return uri;
  }

  @Override
  public Collection<Node> nodes() {
    return nodes.values();
  }

  @Override
  public boolean available() {
    return nodes.values().stream().anyMatch(Node::available);
  }

  @Override
  public boolean complete() {
    return !nodes.isEmpty() && nodes.values().stream().allMatch(Node::available);
  }

  @Override
  public boolean sharded() {
    return sharded;
  }

  /* All primaries have it or nobody uses it: the two kinds of channel do not hear each other. */
  @Override
  public void met(Node node) {
    versions.put(node.address(), node.info().major());
    versions.keySet().retainAll(nodes.keySet());
    sharded = versions.values().stream().allMatch(major -> major >= SHARDED_SINCE);
  }

  @Override
  public @Nullable BusPlace busPlace(String channel) {
    if (versions.isEmpty()) {
      return null;
    }
    Node node = slots.get(sharded ? SlotHash.getSlot(RedisLink.bytes(channel)) : 0);
    return node == null ? null : new BusPlace(node.uri(), sharded);
  }

  @Override
  public byte @Nullable [] marker(Node node) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (slots.get(slot) == node) {
        return markers.computeIfAbsent(slot, this::marker);
      }
    }
    return null;
  }

  private byte[] marker(int slot) {
    for (int i = 0; ; i++) {
      byte[] key = core.markerKey("{" + Integer.toString(i, Character.MAX_RADIX) + "}:");
      if (SlotHash.getSlot(key) == slot) {
        return key;
      }
    }
  }

  @Override
  public void start() {
    refresh();
  }

  @Override
  public void refresh() {
    if (wanted.compareAndSet(false, true)) {
      core.keeper().run(this::refreshSoon);
    }
  }

  private void refreshSoon() {
    if (asking) {
      return; // comes back when that is answered
    }
    long pause = PAUSE_NANOS - (core.ticker().read() - askedAt);
    if (pause > 0) {
      core.keeper().runAfter(pause, this::ask);
    } else {
      ask();
    }
  }

  private void ask() {
    if (asking || core.closed()) {
      return;
    }
    asking = true;
    wanted.set(false);
    askedAt = core.ticker().read();
    Map<String, RedisURI> addresses = new LinkedHashMap<>(replicas);
    nodes.values().forEach(node -> addresses.put(node.address(), node.uri()));
    seeds.forEach(uri -> addresses.put(Trouble.address(uri), uri));
    CompletionStage<?> unused =
        Scout.ask(core, nodes.values(), addresses.values())
            .whenComplete((layout, error) -> core.keeper().run(() -> answered(layout, error)));
  }

  private void answered(@Nullable Layout layout, @Nullable Throwable error) {
    asking = false;
    if (layout != null) {
      adopt(layout);
    } else if (error != null) {
      core.note("asking for the cluster's layout failed", error);
      if (nodes.isEmpty()) {
        String why = Trouble.brief(error);
        core.troubled("the cluster's layout is unknown: " + why);
        refusal = refusal("does not know the cluster yet (" + why + ")");
        core.keeper().runAfter(core.settings().reconnectDelay().toNanos(), this::refresh);
      }
    }
    if (wanted.get()) {
      refreshSoon();
    }
  }

  private void adopt(Layout layout) {
    long now = core.ticker().read();
    Map<String, Node> before = nodes;
    Map<String, Node> next = new LinkedHashMap<>();
    Map<String, RedisURI> others = new LinkedHashMap<>();
    @Nullable Node[] owners = new Node[SLOTS];
    for (Layout.Range range : layout.ranges()) {
      RedisURI uri = uri(range.primary().host(), range.primary().port());
      String address = Trouble.address(uri);
      Node known = before.get(address);
      Node node = next.computeIfAbsent(address, a -> known != null ? known : new Node(core, uri));
      guests.remove(address);
      for (int slot = range.first(); slot <= range.last(); slot++) {
        owners[slot] = node;
      }
      for (Layout.Address replica : range.replicas()) {
        RedisURI other = uri(replica.host(), replica.port());
        others.put(Trouble.address(other), other);
      }
    }
    guests.values().removeIf(until -> until - now < 0);
    before.forEach(
        (address, node) -> {
          if (guests.containsKey(address)) {
            next.putIfAbsent(address, node);
          }
        });
    nodes = next;
    replicas = others;
    for (int slot = 0; slot < SLOTS; slot++) {
      slots.set(slot, owners[slot]);
    }
    refusal = refusal("finds the key's slot served by no server of the cluster");
    next.values().forEach(Node::connect);
    before.forEach(
        (address, node) -> {
          if (next.get(address) != node) {
            node.retire();
          }
        });
    core.rerouted();
  }

  @Override
  public void watch() {
    nodes.values().forEach(Node::watch);
    if (core.ticker().read() - askedAt > PERIOD_NANOS) {
      refresh();
    }
  }
}
