package app.galion.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection that channels arrive on; reconnects, and subscribes again. All but the arrival of
 * messages happens on the keeper's thread.
 */
final class BusLine {

  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Bus bus;
  private final LinkCore core;
  private final Transport transport;
  private final RedisURI uri;
  private final Set<Bus.Channel> channels = new LinkedHashSet<>();
  private @Nullable StatefulRedisPubSubConnection<String, byte[]> connection;
  private boolean connecting;
  private boolean closed;
  private int failures;
  private volatile long heardAt;

  BusLine(Bus bus, LinkCore core, Transport transport, RedisURI uri) {
    this.bus = bus;
    this.core = core;
    this.transport = transport;
    this.uri = uri;
  }

  void add(Bus.Channel channel) {
    channels.add(channel);
    if (connection == null) {
      connect();
    } else {
      subscribe(connection, channel);
    }
  }

  void remove(Bus.Channel channel) {
    channels.remove(channel);
    if (connection != null) {
      said(connection.async().unsubscribe(channel.name).toCompletableFuture(), "unsubscribing");
    }
  }

  private void connect() {
    if (closed || connecting || connection != null || channels.isEmpty()) {
      return;
    }
    connecting = true;
    CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> opened;
    try {
      opened = transport.client().connectPubSubAsync(CODEC, uri).toCompletableFuture();
    } catch (RuntimeException e) {
      opened = CompletableFuture.failedFuture(e);
    }
    CompletionStage<?> unused =
        opened.whenComplete((fresh, error) -> core.keep(() -> opened(fresh, error)));
  }

  private void opened(
      @Nullable StatefulRedisPubSubConnection<String, byte[]> fresh, @Nullable Throwable error) {
    connecting = false;
    if (fresh == null) {
      core.note("connecting the bus failed", error == null ? new IllegalStateException() : error);
      retry();
      return;
    }
    if (closed) {
      close(fresh);
      return;
    }
    connection = fresh;
    heardAt = core.ticker().read();
    fresh.addListener(new Hearing());
    fresh.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> ended) {
            core.keep(() -> lost(fresh));
          }
        });
    if (!fresh.isOpen()) {
      lost(fresh);
      return;
    }
    failures = 0;
    channels.forEach(channel -> subscribe(fresh, channel));
  }

  private void subscribe(StatefulRedisPubSubConnection<String, byte[]> on, Bus.Channel channel) {
    said(on.async().subscribe(channel.name).toCompletableFuture(), "subscribing");
  }

  private void said(CompletableFuture<?> reply, String what) {
    CompletionStage<?> unused =
        reply.whenComplete(
            (nothing, error) -> {
              if (error == null) {
                heardAt = core.ticker().read();
              } else {
                core.note(what + " failed", error);
              }
            });
  }

  private void lost(StatefulRedisPubSubConnection<String, byte[]> ended) {
    if (connection == ended) {
      connection = null;
      channels.forEach(Bus.Channel::lost);
      close(ended);
      retry();
    }
  }

  private void retry() {
    if (!closed) {
      long most = core.settings().reconnectDelay().toNanos();
      long bound = failures == 0 ? Math.max(2, most / 10) : most;
      failures++;
      core.keepAfter(bound / 2 + ThreadLocalRandom.current().nextLong(bound / 2), this::connect);
    }
  }

  /* Once a second: a PING, and the end of a connection that has been silent for long. */
  void watch() {
    StatefulRedisPubSubConnection<String, byte[]> now = connection;
    if (now == null) {
      return;
    }
    if (core.ticker().read() - heardAt > SILENT_NANOS) {
      lost(now);
      return;
    }
    said(now.async().ping().toCompletableFuture(), "probing the bus");
  }

  /* For good, with the link: the client then ends all its connections at once. */
  void end() {
    closed = true;
    connection = null;
  }

  /* For good, while the link goes on. */
  void retire() {
    StatefulRedisPubSubConnection<String, byte[]> now = connection;
    end();
    if (now != null) {
      close(now);
    }
  }

  private void close(StatefulRedisPubSubConnection<String, byte[]> ended) {
    CompletionStage<?> unused =
        ended
            .closeAsync()
            .whenComplete(
                (nothing, error) -> {
                  if (error != null) {
                    core.note("closing the bus failed", error);
                  }
                });
  }

  /* On the network thread: passes on, and nothing else. */
  private final class Hearing extends RedisPubSubAdapter<String, byte[]> {

    @Override
    public void message(String channel, byte[] message) {
      heardAt = core.ticker().read();
      Bus.Channel known = bus.channel(channel);
      if (known != null) {
        known.message(message);
      }
    }

    @Override
    public void subscribed(String channel, long count) {
      Bus.Channel known = bus.channel(channel);
      if (known != null) {
        known.subscribed();
      }
    }
  }
}
