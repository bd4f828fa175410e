package app.galion.testkit;

import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Servers live in JUnit's store, which closes them with the run, the class or the test. */
final class RealRedisExtension extends Provider<RealRedis> {

  private static final Namespace SERVERS = Namespace.create(RealRedisExtension.class);

  RealRedisExtension() {
    super(RealRedis.class, Set.of(RedisServer.class));
  }

  @Override
  Object make(RealRedis wanted, Class<?> type, ExtensionContext context) {
    if (wanted.own()) {
      RedisServer own = RedisServer.startOwn();
      context.getStore(SERVERS).put(new Object(), own);
      return own;
    }
    return shared(context);
  }

  static RedisServer shared(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SERVERS)
        .computeIfAbsent(RedisServer.class, key -> RedisServer.start(), RedisServer.class)
        .shared();
  }
}
