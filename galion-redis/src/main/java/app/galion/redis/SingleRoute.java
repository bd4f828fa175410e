package app.galion.redis;

import io.lettuce.core.RedisURI;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node for every key. */
record SingleRoute(Node only) implements Route {

  @Override
  public Node node(byte @Nullable [] key) {
    return only;
  }

  @Override
  public Collection<Node> nodes() {
    return List.of(only);
  }

  @Override
  public void start() {
    only.connect();
  }

  @Override
  public boolean available() {
    return only.available();
  }

  @Override
  public RedisURI busUri() {
    return only.uri();
  }
}
