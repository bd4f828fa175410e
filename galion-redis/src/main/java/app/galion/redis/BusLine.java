package app.galion.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
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
  private final RedisClient client;
  private final Route.BusPlace place;
  private final Set<Bus.Channel> channels = new LinkedHashSet<>();
  private @Nullable StatefulRedisPubSubConnection<String, byte[]> connection;
  private boolean connecting;
  private boolean closed;
  private int failures;
  private volatile long heardAt;

  BusLine(Bus bus, LinkCore core, RedisClient client, Route.BusPlace place) {
    this.bus = bus;
    this.core = core;
    this.client = client;
    this.place = place;
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
      RedisPubSubAsyncCommands<String, byte[]> to = connection.async();
      said(
          place.sharded() ? to.sunsubscribe(channel.name) : to.unsubscribe(channel.name),
          "unsubscribing");
    }
  }

  private void connect() {
    if (closed || connecting || connection != null || channels.isEmpty()) {
      return;
    }
    connecting = true;
    CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> opened;
    try {
      opened = client.connectPubSubAsync(CODEC, place.uri()).toCompletableFuture();
    } catch (RuntimeException e) {
      opened = CompletableFuture.failedFuture(e);
    }
    CompletionStage<?> unused =
        opened.whenComplete((fresh, error) -> core.keeper().run(() -> opened(fresh, error)));
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
            core.keeper().run(() -> lost(fresh));
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
    RedisPubSubAsyncCommands<String, byte[]> to = on.async();
    said(place.sharded() ? to.ssubscribe(channel.name) : to.subscribe(channel.name), "subscribing");
  }

  private void said(CompletionStage<?> reply, String what) {
    CompletionStage<?> unused =
        reply.whenComplete(
            (nothing, error) -> {
              if (error == null) {
                heardAt = core.ticker().read();
              } else {
                core.note(what + " failed", error);
                core.route().refresh();
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
      core.keeper()
          .runAfter(bound / 2 + ThreadLocalRandom.current().nextLong(bound / 2), this::connect);
    }
  }

  boolean retired() {
    return closed;
  }

  /* Once a second: a PING, new attempts to subscribe where that failed, and the end of a connection that has been silent for long. */
  void watch() {
    StatefulRedisPubSubConnection<String, byte[]> now = connection;
    if (channels.isEmpty() && !connecting) {
      retire();
      return;
    }
    if (now == null) {
      return;
    }
    if (core.ticker().read() - heardAt > SILENT_NANOS) {
      lost(now);
      return;
    }
    said(now.async().ping(), "probing the bus");
    for (Bus.Channel channel : channels) {
      if (!channel.live()) {
        subscribe(now, channel); // it was refused, or its confirmation is under way
      }
    }
  }

  /* For good, with the link: the client then ends all its connections at once. */
  void end() {
    closed = true;
    connection = null;
  }

  /* For good, while the link goes on. */
  private void retire() {
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
    public void smessage(String channel, byte[] message) {
      message(channel, message);
    }

    @Override
    public void subscribed(String channel, long count) {
      Bus.Channel known = bus.channel(channel);
      if (known != null) {
        known.subscribed(BusLine.this);
      }
    }

    @Override
    public void ssubscribed(String channel, long count) {
      subscribed(channel, count);
    }

    /* Nobody asked for that while the channel is still on this line: its slot has moved. */
    @Override
    public void sunsubscribed(String channel, long count) {
      core.keeper().run(() -> evicted(channel));
    }
  }

  private void evicted(String name) {
    Bus.Channel channel = bus.channel(name);
    if (channel != null && channels.contains(channel)) {
      channel.lost();
      core.route().refresh();
    }
  }
}
