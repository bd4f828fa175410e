package app.galion.redis;

import io.lettuce.core.RedisURI;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Where a key's server is. */
interface Route {

  /* The node that serves the key, or any node for null. */
  Node node(byte @Nullable [] key);

  Collection<Node> nodes();

  /* Starts connecting; on the keeper's thread. */
  void start();

  boolean available();

  /* Where channels are listened to. */
  RedisURI busUri();
}
