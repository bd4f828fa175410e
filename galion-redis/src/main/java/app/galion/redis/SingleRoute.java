package app.galion.redis;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node for every key: one server, or whoever Sentinels say is the primary. */
final class SingleRoute implements Route {

  private final Topology topology;
  private final Node only;
  private final byte[] markerKey;

  SingleRoute(Topology topology, Node only, byte[] markerKey) {
    this.topology = topology;
    this.only = only;
    this.markerKey = markerKey;
  }

  @Override
  public Topology topology() {
    return topology;
  }

  @Override
  public Node node(byte @Nullable [] key) {
    return only;
  }

  @Override
  public RedisUnavailableException refusal() {
    return only.refusal();
  }

  @Override
  public boolean splits(List<byte[]> keys) {
    return false;
  }

  @Override
  public @Nullable Node redirected(Redirect to, boolean once) {
    only.foundCluster();
    return null;
  }

  @Override
  public Collection<Node> nodes() {
    return List.of(only);
  }

  @Override
  public boolean available() {
    return only.available();
  }

  @Override
  public boolean complete() {
    return only.available();
  }

  @Override
  public boolean sharded() {
    return false;
  }

  @Override
  public BusPlace busPlace(String channel) {
    return new BusPlace(only.uri(), false);
  }

  @Override
  public byte[] marker(Node node) {
    return markerKey;
  }

  @Override
  public void start() {
    only.connect();
  }

  @Override
  public void met(Node node) {}

  @Override
  public void refresh() {}

  @Override
  public void watch() {
    only.watch();
  }
}
