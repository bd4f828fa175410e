package app.galion.redis;

import io.lettuce.core.RedisURI;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a key's server is. Calls, and all that callers see, may come on any thread. */
interface Route {

  /* A server on which a channel is listened to, and whether by the channel's hash slot. */
  record BusPlace(RedisURI uri, boolean sharded) {
    String name() {
      return Trouble.address(uri) + (sharded ? " sharded" : "");
    }
  }

  Topology topology();

  /* The node that serves the key, or any node for null; null where none is known. */
  @Nullable Node node(byte @Nullable [] key);

  /* Why a call is refused for which no node is known. */
  RedisUnavailableException refusal();

  /* Whether no single server has all the keys. */
  boolean splits(List<byte[]> keys);

  /* The node that a server says to ask for the slot, once or from now on. */
  @Nullable Node redirected(Redirect to, boolean once);

  Collection<Node> nodes();

  /* Whether some calls are sent. */
  boolean available();

  /* Whether all calls are sent. */
  boolean complete();

  boolean sharded();

  /* Where to listen to a channel; null where that is not known. */
  @Nullable BusPlace busPlace(String channel);

  /* The key that a flush of the node's data would remove; null where the node serves no key. */
  byte @Nullable [] marker(Node node);

  /* Starts connecting; on the keeper's thread. */
  void start();

  /* A node has been asked who it is; on the keeper's thread, before it gets calls. */
  void met(Node node);

  /* Something does not fit what is known of the servers: finds out soon. */
  void refresh();

  /* Once a second, on the keeper's thread. */
  void watch();
}
