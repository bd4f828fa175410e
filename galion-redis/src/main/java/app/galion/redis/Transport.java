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
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The Lettuce client of one link, with the options that the link's promises rest on. */
record Transport(RedisClient client, @Nullable ClientResources own, Duration timeout, String name) {

  /* The event loop that a network thread runs, known once it has opened a connection. */
  private static final ThreadLocal<Executor> LOOP = new ThreadLocal<>();

  static @Nullable Executor loopOfThisThread() {
    return LOOP.get();
  }

  static Transport open(
      @Nullable ClientResources given, @Nullable SslOptions sslOptions, Settings settings) {
    NettyCustomizer before = given == null ? new NettyCustomizer() {} : given.nettyCustomizer();
    ClientResources.Builder resources =
        given == null
            ? ClientResources.builder().commandLatencyRecorder(CommandLatencyRecorder.disabled())
            : given.mutate();
    ClientResources used = resources.nettyCustomizer(new SharedFlushes(before)).build();
    RedisClient client = RedisClient.create(used);
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
    ClientResources own = given == null ? used : null;
    return new Transport(client, own, settings.connectTimeout(), "galion:" + settings.app());
  }

  /*
   * Lettuce flushes after each command. Those that wait to be written when one is flushed go out
   * with it: many callers share one system call here, and one at the server.
   */
  private record SharedFlushes(NettyCustomizer given) implements NettyCustomizer {

    private static final int MOST = 256;

    @Override
    public void afterBootstrapInitialized(Bootstrap bootstrap) {
      given.afterBootstrapInitialized(bootstrap);
    }

    @Override
    public void afterChannelInitialized(Channel channel) {
      given.afterChannelInitialized(channel);
      if (channel.eventLoop().inEventLoop()) {
        LOOP.set(channel.eventLoop());
      }
      channel.pipeline().addFirst(new FlushConsolidationHandler(MOST, true));
    }
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
