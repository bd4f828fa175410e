package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.redis.RedisUnavailableException.Reason;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
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
  private int failures;
  private boolean connecting;
  private boolean closed;

  Node(LinkCore core, RedisURI uri) {
    this.core = core;
    this.uri = uri;
    address = LinkCore.address(uri);
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
        opened.whenComplete((connection, error) -> core.keep(() -> opened(connection, error)));
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
            core.keep(() -> lost(fresh, "the connection ended"));
          }
        });
    CompletionStage<?> unused =
        introduce(fresh)
            .whenComplete((nothing, trouble) -> core.keep(() -> introduced(fresh, trouble)));
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
              if (LinkCore.answered(error, "NOPERM")) {
                return ServerInfo.unknown();
              }
              throw LinkCore.rethrow(error);
            })
        .thenCompose(
            said -> {
              if (said.loading()) {
                throw core.unavailable(Reason.ERROR, false, address + " is loading its data", null);
              }
              info = said;
              return look(fresh, HANDSHAKE);
            });
  }

  /* Reads the time and the marker, and sets a marker where there is none. */
  private CompletableFuture<?> look(Line at, Duration deadline) {
    byte[] key = core.markerKey();
    CompletableFuture<Reply> time = at.ask("TIME", List.of(), deadline);
    CompletableFuture<?> timed = time.thenAccept(reply -> clock.heard(reply, core.ticker().read()));
    if (info.replica()) {
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
                  if (LinkCore.answeredWithError(error)) {
                    return marker; // may not be read or written here: a flush stays unseen
                  }
                  throw LinkCore.rethrow(error);
                });
    return timed.thenCombine(
        marked,
        (nothing, found) -> {
          core.keep(() -> sighted(found));
          return found;
        });
  }

  private CompletableFuture<String> mark(Line at, byte[] key, Duration deadline) {
    byte[] fresh = UUID.randomUUID().toString().getBytes(UTF_8);
    return at.ask("SET", List.of(key, fresh, RedisLink.bytes("NX")), deadline)
        .thenCompose(set -> at.ask("GET", List.of(key), deadline))
        .thenApply(reply -> reply.has(0) ? reply.text(0) : "");
  }

  private void sighted(String found) {
    marker = found;
    String now = info.incarnation() + "/" + marker;
    if (!now.equals(incarnation)) {
      incarnation = now;
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
    String why = LinkCore.brief(error);
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
    core.keepAfter(
        least + ThreadLocalRandom.current().nextLong(Math.max(1, bound - least)), this::connect);
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

  /* For good, with the link: the client then ends all its connections at once. */
  void end() {
    closed = true;
    line = null;
    refusal = core.closedRefusal();
  }
}
