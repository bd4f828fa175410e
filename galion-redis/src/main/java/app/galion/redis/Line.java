package app.galion.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.handler.codec.EncoderException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its opening to its end; a reconnect makes another one. Counts the calls that
 * wait on it and knows when it last heard an answer.
 */
final class Line {

  private static final VarHandle REPLIED_AT;

  static {
    try {
      REPLIED_AT = MethodHandles.lookup().findVarHandle(Line.class, "repliedAt", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Node node;
  private final LinkCore core;
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final AtomicInteger waiting = new AtomicInteger();
  private final int maxWaiting;
  private volatile @Nullable Writer writer;
  private long repliedAt;
  private volatile long waitingSince;
  private volatile boolean suspect;

  /* The thread that writes to the connection. */
  private record Writer(Thread thread, Executor loop) {}

  Line(Node node, LinkCore core, StatefulRedisConnection<byte[], byte[]> connection) {
    this.node = node;
    this.core = core;
    this.connection = connection;
    maxWaiting = core.settings().maxInFlight();
    repliedAt = core.ticker().read();
    waitingSince = repliedAt;
  }

  Node node() {
    return node;
  }

  LinkCore core() {
    return core;
  }

  boolean suspect() {
    return suspect;
  }

  int waiting() {
    return waiting.get();
  }

  boolean open() {
    return connection.isOpen();
  }

  /* Takes a place among the waiting; the caller must then send a call, which gives it back. */
  boolean enter(long now) {
    int before = waiting.getAndIncrement();
    if (before == 0) {
      waitingSince = now;
    } else if (before >= maxWaiting) {
      waiting.getAndDecrement();
      return false;
    }
    return true;
  }

  void leave() {
    waiting.getAndDecrement();
  }

  /*
   * Calls are written in the order in which they are sent. The connection's own thread would write at
   * once, before what other threads have sent to it and it has not come to; so it sends to itself.
   */
  void send(Call call) {
    Writer own = writer;
    if (own == null || own.thread != Thread.currentThread()) {
      dispatch(call);
      return;
    }
    try {
      own.loop.execute(() -> dispatch(call));
    } catch (RejectedExecutionException e) {
      call.completeExceptionally(new RedisException("the connection's thread has ended", e));
    }
  }

  private void dispatch(Call call) {
    try {
      if (call.asking()) {
        sendAsking(call);
      } else {
        connection.dispatch(call);
      }
    } catch (RuntimeException e) {
      call.completeExceptionally(new RedisException("dispatch failed", e));
    }
  }

  /* On the connection's own thread. */
  void writes() {
    if (writer == null) {
      Executor loop = Transport.loopOfThisThread();
      writer = loop == null ? null : new Writer(Thread.currentThread(), loop);
    }
  }

  /* ASKING allows the very next request alone, so both go out at once. */
  private void sendAsking(Call call) {
    long now = core.ticker().read();
    waiting.getAndIncrement();
    Call asking = Call.pinned(this, Keyword.ASKING, List.of(), now, call.dueAt() - now);
    connection.dispatch(List.<RedisCommand<byte[], byte[], ?>>of(asking, call));
  }

  /* A command of the link's own, which stays on this line; admitted even while the line is suspect. */
  CompletableFuture<Reply> ask(String command, List<byte[]> args, Duration deadline) {
    long now = core.ticker().read();
    if (!enter(now)) {
      return CompletableFuture.failedFuture(node.overloaded());
    }
    Call call = Call.pinned(this, Keyword.of(command), args, now, deadline.toNanos());
    core.deadlines().add(call);
    send(call);
    return call;
  }

  void replied() {
    REPLIED_AT.setOpaque(this, core.ticker().read());
    if (suspect) {
      suspect = false;
      core.suspicion().allayed(this);
    }
  }

  /* Nanoseconds for which calls have waited without any answer; 0 when none waits. */
  long silence(long now) {
    if (waiting.get() <= 0) {
      return 0;
    }
    long sinceReply = now - (long) REPLIED_AT.getOpaque(this);
    return Math.max(0, Math.min(sinceReply, now - waitingSince));
  }

  /* Returns whether this made the line suspect. */
  boolean suspectIfSilent(long now, long limitNanos) {
    if (suspect || silence(now) < limitNanos) {
      return false;
    }
    suspect = true;
    return true;
  }

  void close() {
    CompletionStage<?> unused =
        connection
            .closeAsync()
            .whenComplete(
                (nothing, error) -> {
                  if (error != null) {
                    core.note("closing the connection to " + node.address() + " failed", error);
                  }
                });
  }

  String brokenBy(Throwable error) {
    return "lost the connection to " + node.address() + ": " + Trouble.brief(error);
  }

  static boolean isTransportError(Throwable error) {
    return error instanceof RedisException
        || error instanceof IOException
        || error instanceof EncoderException;
  }

  static RedisException cancelled() {
    return new RedisException("the connection was reset");
  }

  static @Nullable Line usable(@Nullable Line line) {
    return line == null || line.suspect ? null : line;
  }
}
