package app.galion.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The Lettuce client of one link, with the options that the link's promises rest on. */
record Transport(RedisClient client, @Nullable ClientResources own, Duration timeout, String name) {

  static Transport open(
      @Nullable ClientResources given, @Nullable SslOptions sslOptions, Settings settings) {
    ClientResources own =
        given != null
            ? null
            : ClientResources.builder()
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
    ClientResources used = given != null ? given : own;
    RedisClient client = used == null ? RedisClient.create() : RedisClient.create(used);
    ClientOptions.Builder options =
        ClientOptions.builder()
            .autoReconnect(false) // it would send again what was under way
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .pingBeforeActivateConnection(true)
            .protocolVersion(ProtocolVersion.RESP2) // the same shape of reply everywhere
            .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(settings.connectTimeout())
                    .keepAlive(true)
                    .tcpNoDelay(true)
                    .build());
    if (sslOptions != null) {
      options.sslOptions(sslOptions);
    }
    client.setOptions(options.build());
    return new Transport(client, own, settings.connectTimeout(), "galion:" + settings.app());
  }

  /* Copies of the addresses, so that nobody changes them under way. */
  List<RedisURI> adapt(List<RedisURI> uris) {
    return uris.stream().map(this::adapt).toList();
  }

  RedisURI adapt(RedisURI given) {
    RedisURI uri = copy(given);
    uri.setTimeout(timeout);
    if (uri.getClientName() == null) {
      uri.setClientName(name);
    }
    return uri;
  }

  /* Lettuce's own copy refuses an address that has only Sentinels. */
  private RedisURI copy(RedisURI given) {
    if (given.getSentinels().isEmpty()) {
      return RedisURI.builder(given).build();
    }
    RedisURI uri = new RedisURI();
    uri.setSentinelMasterId(given.getSentinelMasterId());
    uri.setDatabase(given.getDatabase());
    uri.setClientName(given.getClientName());
    uri.applySsl(given);
    uri.applyAuthentication(given);
    given.getSentinels().forEach(sentinel -> uri.getSentinels().add(adapt(sentinel)));
    return uri;
  }

  void close() {
    client.shutdown(0, 2, TimeUnit.SECONDS);
    if (own != null) {
      own.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
  }
}
