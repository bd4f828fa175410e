package app.galion.redis;

import app.galion.redis.RedisUnavailableException.Reason;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * One request: the command that Lettuce writes and the future that its caller holds, in one object.
 *
 * A call is NEW until Lettuce's network thread encodes it (SENT), and GONE when nothing more will
 * come of it, or UNSENT if that was before. The step from NEW is a compare-and-set, so a deadline
 * that passes before the encoding certainly prevents it: should Lettuce encode the call all the
 * same, a PING goes out in its place, which keeps requests and replies in step and executes nothing;
 * so too for a call that cannot be written. That is what makes mayHaveExecuted() == false a promise.
 * A call counts against its line's limit until it is GONE, which for a SENT call is its reply or the
 * end of the connection, not its deadline.
 *
 * A repetition (EVAL after NOSCRIPT, another node after MOVED) is a second call, which ends its
 * origin.
 */
final class Call extends CompletableFuture<Reply> implements RedisCommand<byte[], byte[], Reply> {

  private static final int NEW = 0;
  private static final int SENT = 1;
  private static final int GONE = 2;
  private static final int UNSENT = 3;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LinkCore core;
  private final Keyword keyword;
  private final @Nullable RedisScript script;
  private final List<byte[]> keys;
  private List<byte[]> args;
  private @Nullable Supplier<List<byte[]>> lateArgs;
  private final long startedAt;
  private final long nanos;
  private final boolean pinned;
  private final boolean asking;
  private final @Nullable Call origin;
  private final int hops;
  private final Line line;
  private final ReplyOutput output = new ReplyOutput();

  @SuppressWarnings("UnusedVariable") // by STATE
  private volatile int state;

  private volatile @Nullable Call repetition;
  private Deadlines.@Nullable Entry entry;

  Call(
      Line line,
      Keyword keyword,
      @Nullable RedisScript script,
      List<byte[]> keys,
      List<byte[]> args,
      long startedAt,
      long nanos) {
    this(line, keyword, script, keys, args, startedAt, nanos, false, false, null, 0);
  }

  /* Its arguments are asked for when it is encoded. */
  void argsWhenEncoded(Supplier<List<byte[]>> late) {
    lateArgs = late;
  }

  /* A call that only this line's server can answer. */
  static Call pinned(Line line, Keyword keyword, List<byte[]> args, long startedAt, long nanos) {
    return new Call(line, keyword, null, List.of(), args, startedAt, nanos, true, false, null, 0);
  }

  private Call(
      Line line,
      Keyword keyword,
      @Nullable RedisScript script,
      List<byte[]> keys,
      List<byte[]> args,
      long startedAt,
      long nanos,
      boolean pinned,
      boolean asking,
      @Nullable Call origin,
      int hops) {
    this.core = line.core();
    this.line = line;
    this.keyword = keyword;
    this.script = script;
    this.keys = keys;
    this.args = args;
    this.startedAt = startedAt;
    this.nanos = nanos;
    this.pinned = pinned;
    this.asking = asking;
    this.origin = origin;
    this.hops = hops;
  }

  /* This call again, on a line that has already admitted it. */
  Call again(Line onLine, Keyword as, boolean asks) {
    Call first = origin == null ? this : origin;
    Call again =
        new Call(onLine, as, script, keys, args, startedAt, nanos, false, asks, first, hops + 1);
    first.repetition = again;
    if (first.isDone()) {
      again.releaseUnsent();
    }
    return again;
  }

  Line line() {
    return line;
  }

  @Nullable RedisScript script() {
    return script;
  }

  boolean pinned() {
    return pinned;
  }

  /* Whether the server is asked for a slot that it is only about to get. */
  boolean asking() {
    return asking;
  }

  long dueAt() {
    return startedAt + nanos;
  }

  void entry(Deadlines.Entry added) {
    entry = added;
  }

  /* How often this request has been repeated. */
  int hops() {
    return hops;
  }

  /* The deadline has passed. */
  void expire() {
    if (isDone()) {
      return;
    }
    releaseUnsent();
    boolean sent = (int) STATE.getVolatile(this) != UNSENT;
    if (settled(super.completeExceptionally(core.timeout(this, nanos, sent)))) {
      core.counters().failures(Reason.TIMEOUT).increment();
    }
  }

  /* Waits for the reply on the caller's thread, which sees the deadline itself. */
  Reply await() throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return get(Math.max(1, dueAt() - core.ticker().read()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true; // the wait is short; the flag is put back
        } catch (TimeoutException e) {
          expire();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void fail(Reason reason, boolean mayHaveExecuted, String what, @Nullable Throwable cause) {
    Call target = origin == null ? this : origin;
    if (target.completeExceptionally(core.unavailable(reason, mayHaveExecuted, what, cause))) {
      core.counters().failures(reason).increment();
    }
  }

  @Override
  public boolean complete(Reply reply) {
    return settled(super.complete(reply));
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return settled(super.cancel(mayInterruptIfRunning));
  }

  /* By Lettuce when the call cannot be written or the connection ended, and by the caller. */
  @Override
  public boolean completeExceptionally(Throwable error) {
    if (error instanceof RedisUnavailableException || !Line.isTransportError(error)) {
      return settled(super.completeExceptionally(error));
    }
    releaseUnsent();
    boolean sent = releaseSent();
    if (isDone()) {
      return false;
    }
    fail(Reason.DISCONNECTED, sent, line.brokenBy(error), error);
    return true;
  }

  /* Lets go of what waits for the call once it has its result. */
  private boolean settled(boolean won) {
    Deadlines.Entry added = entry;
    if (won && added != null) {
      added.clear();
    }
    Call again = repetition;
    if (won) {
      releaseUnsent();
    }
    if (won && again != null) {
      again.releaseUnsent();
    }
    return won;
  }

  private void releaseUnsent() {
    if (STATE.compareAndSet(this, NEW, UNSENT)) {
      line.leave();
    }
  }

  private boolean releaseSent() {
    boolean sent = STATE.compareAndSet(this, SENT, GONE);
    if (sent) {
      line.leave();
    }
    return sent;
  }

  // What Lettuce asks of a command.

  @Override
  public void complete() {
    line.replied();
    if (!releaseSent() || isDone()) {
      return; // the reply to a PING in its place, or too late
    }
    if (output.hasError()) {
      core.calls().answeredWithError(this, output.getError());
    } else {
      (origin == null ? this : origin).complete(output.get());
    }
  }

  @Override
  public void cancel() {
    completeExceptionally(Line.cancelled());
  }

  @Override
  public boolean isDone() {
    return super.isDone() || (origin != null && origin.isDone());
  }

  @Override
  public void encode(ByteBuf out) {
    line.writes();
    if (!STATE.compareAndSet(this, NEW, SENT) && (int) STATE.get(this) != SENT) {
      Wire.ping(out);
      return;
    }
    int start = out.writerIndex();
    try {
      write(out);
    } catch (RuntimeException | Error e) {
      out.writerIndex(start);
      Wire.ping(out);
      fail(Reason.ERROR, false, "cannot write " + this + ": " + e, e);
    }
  }

  private void write(ByteBuf out) {
    Supplier<List<byte[]>> late = lateArgs;
    if (late != null) {
      lateArgs = null;
      args = late.get();
    }
    if (script == null) {
      Wire.header(out, 1 + args.size());
      out.writeBytes(keyword.part());
    } else {
      Wire.header(out, 3 + keys.size() + args.size());
      out.writeBytes(keyword == Keyword.EVAL ? script.whole() : script.byHash());
      Wire.part(out, keys.size());
      Wire.parts(out, keys);
    }
    Wire.parts(out, args);
  }

  @Override
  public CommandOutput<byte[], byte[], Reply> getOutput() {
    return output;
  }

  @Override
  public void setOutput(CommandOutput<byte[], byte[], Reply> other) {
    throw new UnsupportedOperationException("a call keeps its output");
  }

  /* Only for what an application plugs into Lettuce, such as tracing. */
  @Override
  public CommandArgs<byte[], byte[]> getArgs() {
    CommandArgs<byte[], byte[]> all = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    return all.addKeys(keys).addValues(args);
  }

  @Override
  public Keyword getType() {
    return keyword;
  }

  @Override
  public String toString() {
    return script == null ? keyword.toString() : keyword + " " + script.name();
  }
}
