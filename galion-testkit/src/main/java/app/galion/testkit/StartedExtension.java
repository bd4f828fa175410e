package app.galion.testkit;

import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Starts what {@link Started} asks for. */
final class StartedExtension extends Provider<Started> {

  private static final Namespace STARTED = Namespace.create(StartedExtension.class);

  StartedExtension() {
    super(
        Started.class,
        Set.of(
            RedisClusterServers.class,
            SentinelServers.class,
            VendorSimulator.class,
            FaultProxy.class));
  }

  @Override
  Object make(Started wanted, Class<?> type, ExtensionContext context) {
    AutoCloseable started = start(type, context);
    context.getStore(STARTED).put(new Object(), started);
    return started;
  }

  private static AutoCloseable start(Class<?> type, ExtensionContext context) {
    if (type == RedisClusterServers.class) {
      return RedisClusterServers.start(3, 1);
    }
    if (type == SentinelServers.class) {
      return SentinelServers.start();
    }
    if (type == VendorSimulator.class) {
      return VendorSimulator.start();
    }
    RedisServer redis = RealRedisExtension.shared(context);
    return FaultProxy.to(redis.host(), redis.port());
  }
}
