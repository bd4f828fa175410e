package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.redis.RedisUnavailableException.Reason;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/*
 * One server (or, with Sentinel, whoever is the primary) and the line to it.
 *
 * Lettuce's own reconnect is off: it would send again what was under way. A node opens a new
 * connection itself, asks who is there, and only then offers the line, so the epoch has grown
 * before the first call reaches a server that has lost its data. All but the reading of `line` and
 * `refusal` happens on the keeper's thread.
 */
final class Node {

  private static final Duration HANDSHAKE = Duration.ofSeconds(1);
  private static final Duration WATCH_DEADLINE = Duration.ofSeconds(1);
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final LinkCore core;
  private final RedisURI uri;
  private final String address;
  private final ServerClock clock = new ServerClock();
  private final RedisUnavailableException overloaded;
  private final RedisUnavailableException suspected;
  private volatile @Nullable Line line;
  private volatile RedisUnavailableException refusal;
  private volatile ServerInfo info = ServerInfo.unknown();
  private String incarnation = "";
  private @Nullable Line opening;
  private String marker = "";
  private byte @Nullable [] markerKey;
  private int failures;
  private boolean connecting;
  private boolean closed;

  Node(LinkCore core, RedisURI uri) {
    this.core = core;
    this.uri = uri;
    address = Trouble.address(uri);
    refusal =
        core.unavailable(
            Reason.DISCONNECTED, false, "is not connected to " + address + " yet", null);
    overloaded =
        core.unavailable(
            Reason.OVERLOADED,
            false,
            "has "
                + core.settings().maxInFlight()
                + " calls waiting for "
                + address
                + ", as many as maxInFlight allows; the call was not sent",
            null);
    suspected =
        core.unavailable(
            Reason.SUSPECT,
            false,
            "has heard nothing from "
                + address
                + " for "
                + core.settings().suspectAfter().toMillis()
                + " ms while calls wait; the call was not sent",
            null);
  }

  String address() {
    return address;
  }

  RedisURI uri() {
    return uri;
  }

  @Nullable Line line() {
    return line;
  }

  ServerInfo info() {
    return info;
  }

  ServerClock clock() {
    return clock;
  }

  RedisUnavailableException overloaded() {
    return overloaded;
  }

  RedisUnavailableException refusal() {
    Line now = line;
    return now != null && now.suspect() ? suspected : refusal;
  }

  boolean available() {
    Line now = line;
    return now != null && !now.suspect();
  }

  void connect() {
    if (closed || connecting || line != null) {
      return;
    }
    connecting = true;
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opened;
    try {
      opened = core.client().connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture();
    } catch (RuntimeException e) {
      opened = CompletableFuture.failedFuture(e);
    }
    CompletionStage<?> unused =
        opened.whenComplete(
            (connection, error) -> core.keeper().run(() -> opened(connection, error)));
  }

  private void opened(
      @Nullable StatefulRedisConnection<byte[], byte[]> connection, @Nullable Throwable error) {
    if (connection == null) {
      connecting = false;
      failed(error == null ? new IllegalStateException("no connection") : error);
      return;
    }
    Line fresh = new Line(this, core, connection);
    if (closed) {
      fresh.close();
      return;
    }
    opening = fresh;
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> ended) {
            core.keeper().run(() -> lost(fresh, "the connection ended"));
          }
        });
    CompletionStage<?> unused =
        introduce(fresh)
            .whenComplete(
                (nothing, trouble) -> core.keeper().run(() -> introduced(fresh, trouble)));
  }

  /* Asks who is there: what INFO says, the marker that a flush would remove, and the time. */
  private CompletableFuture<?> introduce(Line fresh) {
    return fresh
        .ask("INFO", List.of(), HANDSHAKE)
        .handle(
            (reply, error) -> {
              if (error == null) {
                return ServerInfo.parse(reply.text(0));
              }
              if (Trouble.answered(error, "NOPERM")) {
                return ServerInfo.unknown();
              }
              throw Trouble.rethrow(error);
            })
        .thenCompose(
            said -> {
              if (said.loading()) {
                throw unsuitable("is loading its data");
              }
              if (said.cluster() && core.route().topology() == Topology.STANDALONE) {
                foundCluster();
                throw unsuitable("is one of a cluster");
              }
              if (said.replica() && core.route().topology() != Topology.STANDALONE) {
                throw unsuitable("is a replica at the moment");
              }
              info = said;
              return look(fresh, HANDSHAKE);
            });
  }

  private RedisUnavailableException unsuitable(String why) {
    return core.unavailable(
        Reason.ERROR, false, "does not use " + address + ", which " + why, null);
  }

  void foundCluster() {
    core.keeper().run(() -> core.foundCluster(this));
  }

  /* Reads the time and the marker, and sets a marker where there is none. */
  private CompletableFuture<?> look(Line at, Duration deadline) {
    byte @Nullable [] key = core.route().marker(this);
    CompletableFuture<Reply> time = at.ask("TIME", List.of(), deadline);
    CompletableFuture<?> timed =
        time.handle(
            (reply, error) -> {
              if (error == null) {
                clock.heard(reply, core.ticker().read());
              } else if (!Trouble.answered(error, "NOPERM")) {
                throw Trouble.rethrow(error);
              }
              return reply;
            });
    if (info.replica() || key == null) {
      return timed;
    }
    CompletableFuture<String> marked =
        at.ask("GET", List.of(key), deadline)
            .thenCompose(
                reply ->
                    reply.has(0)
                        ? CompletableFuture.completedFuture(reply.text(0))
                        : mark(at, key, deadline))
            .exceptionally(
                error -> {
                  if (Trouble.answeredWithError(error)) {
                    return marker; // may not be read or written here: a flush stays unseen
                  }
                  throw Trouble.rethrow(error);
                });
    return timed.thenCombine(
        marked,
        (nothing, found) -> {
          core.keeper().run(() -> sighted(key, found));
          return found;
        });
  }

  private CompletableFuture<String> mark(Line at, byte[] key, Duration deadline) {
    byte[] fresh = UUID.randomUUID().toString().getBytes(UTF_8);
    return at.ask("SET", List.of(key, fresh, RedisLink.bytes("NX")), deadline)
        .thenCompose(set -> at.ask("GET", List.of(key), deadline))
        .thenApply(reply -> reply.has(0) ? reply.text(0) : "");
  }

  /* A marker elsewhere, since slots have moved, says nothing about the data. */
  private void sighted(byte[] key, String found) {
    boolean moved = markerKey != null && !Arrays.equals(key, markerKey);
    markerKey = key;
    marker = found;
    String now = info.incarnation() + "/" + (moved ? "" : found);
    boolean same = now.equals(incarnation) || (moved && incarnation.startsWith(now));
    incarnation = info.incarnation() + "/" + found;
    if (!same) {
      core.sighted(this);
    }
  }

  private void introduced(Line fresh, @Nullable Throwable trouble) {
    connecting = false;
    if (opening != fresh) {
      return; // ended meanwhile
    }
    opening = null;
    if (closed || trouble != null || !fresh.open()) {
      fresh.close();
      failed(trouble == null ? new IllegalStateException("the connection ended") : trouble);
      return;
    }
    failures = 0;
    core.route().met(this);
    line = fresh;
    core.online(this);
  }

  private void lost(Line ended, String why) {
    if (opening == ended) {
      opening = null;
      connecting = false;
      ended.close();
      failed(new IllegalStateException(why));
    } else if (line == ended) {
      line = null;
      refusal = away(why);
      ended.close();
      if (!closed) {
        core.offline(this, why);
        retry();
      }
    }
  }

  private void failed(Throwable error) {
    if (closed) {
      return;
    }
    String why = Trouble.brief(error);
    refusal = away(why);
    core.failedToConnect(this, why);
    retry();
  }

  private RedisUnavailableException away(String why) {
    return core.unavailable(
        Reason.DISCONNECTED,
        false,
        "is not connected to " + address + " (" + why + "); the call was not sent",
        null);
  }

  /* The first attempt comes at once, give or take; later ones at half the delay or more. */
  private void retry() {
    long most = core.settings().reconnectDelay().toNanos();
    long least = failures == 0 ? 0 : most / 2;
    long bound = failures == 0 ? Math.max(1, most / 10) : most;
    failures++;
    core.keeper()
        .runAfter(
            least + ThreadLocalRandom.current().nextLong(Math.max(1, bound - least)),
            this::connect);
  }

  /* Ends the line and opens another one, which may lead to another server. */
  void renew(Line old, String why) {
    if (line == old) {
      lost(old, why);
    }
  }

  /* Once a second: the clock, the marker, and whether a quiet connection is alive. */
  void watch() {
    Line now = line;
    if (now != null && !now.suspect()) {
      CompletionStage<?> unused =
          look(now, WATCH_DEADLINE)
              .whenComplete(
                  (found, error) -> {
                    if (error != null) {
                      core.note("watching " + address + " failed", error);
                    }
                  });
    }
  }

  /* While the line is suspect: one PING, or the end of the line when it has been silent for long. */
  void probe() {
    Line now = line;
    if (now == null || !now.suspect()) {
      return;
    }
    if (now.silence(core.ticker().read()) > GIVE_UP_NANOS) {
      renew(now, "no answer for " + TimeUnit.NANOSECONDS.toSeconds(GIVE_UP_NANOS) + " s");
      return;
    }
    CompletionStage<?> unused =
        now.ask("PING", List.of(), WATCH_DEADLINE)
            .whenComplete(
                (pong, error) -> {
                  if (error != null) {
                    core.note("probing " + address + " failed", error);
                  }
                });
  }

  /* For good, while the link goes on: what is under way may end. */
  void retire() {
    Line last = line;
    end();
    if (last != null) {
      closeIdle(last, core.ticker().read());
    }
  }

  private void closeIdle(Line last, long since) {
    if (last.waiting() <= 0 || core.ticker().read() - since > GIVE_UP_NANOS) {
      last.close();
    } else {
      core.keeper().runAfter(IDLE_NANOS, () -> closeIdle(last, since));
    }
  }

  /* For good, with the link: the client then ends all its connections at once. */
  void end() {
    closed = true;
    line = null;
    refusal = core.closed() ? core.closedRefusal() : away("it serves no slot any more");
  }
}
