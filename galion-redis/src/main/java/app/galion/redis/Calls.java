package app.galion.redis;

import app.galion.redis.RedisUnavailableException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * How a call finds its line, and what becomes of it when the server's answer is an error: a script
 * that the server does not know goes out whole, and a call whose slot is elsewhere follows it, both
 * only after an answer that proves that nothing was done, and within the first deadline.
 */
final class Calls {

  private static final long MAX_NANOS = TimeUnit.DAYS.toNanos(1);
  private static final int MAX_HOPS = 16;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final LinkCore core;

  Calls(LinkCore core) {
    this.core = core;
  }

  CompletableFuture<Reply> command(Keyword keyword, List<byte[]> args, Duration deadline) {
    byte[] first = args.isEmpty() ? null : args.get(0);
    return issue(keyword, null, first, List.of(), args, null, deadline);
  }

  /* With arguments that are asked for when the call is encoded. */
  CompletableFuture<Reply> command(
      Keyword keyword, byte[] key, Supplier<List<byte[]>> args, Duration deadline) {
    return issue(keyword, null, key, List.of(), List.of(), args, deadline);
  }

  CompletableFuture<Reply> eval(
      RedisScript script, List<byte[]> keys, List<byte[]> args, Duration deadline) {
    byte[] first = keys.isEmpty() ? null : keys.get(0);
    return issue(Keyword.EVALSHA, script, first, keys, args, null, deadline);
  }

  private CompletableFuture<Reply> issue(
      Keyword keyword,
      @Nullable RedisScript script,
      byte @Nullable [] routingKey,
      List<byte[]> keys,
      List<byte[]> args,
      @Nullable Supplier<List<byte[]>> lateArgs,
      Duration deadline) {
    long nanos = nanos(deadline);
    core.counters().calls.increment();
    if (core.closed()) {
      return refused(core.closedRefusal());
    }
    Route route = core.route();
    if (keys.size() > 1 && route.splits(keys)) {
      return refused(
          core.unavailable(
              Reason.ERROR,
              false,
              "cannot run "
                  + script
                  + ": its "
                  + keys.size()
                  + " keys are in different hash slots; give them the same {hash tag}",
              null));
    }
    Node node = route.node(routingKey);
    Line line = node == null ? null : Line.usable(node.line());
    if (line == null) {
      return refused(node == null ? route.refusal() : node.refusal());
    }
    long now = core.ticker().read();
    if (!line.enter(now)) {
      return refused(line.node().overloaded());
    }
    Call call = new Call(line, keyword, script, keys, args, now, nanos);
    if (lateArgs != null) {
      call.argsWhenEncoded(lateArgs);
    }
    core.deadlines().add(call);
    line.send(call);
    return call;
  }

  private CompletableFuture<Reply> refused(RedisUnavailableException refusal) {
    core.counters().failures(refusal.reason()).increment();
    return CompletableFuture.failedFuture(refusal);
  }

  private static long nanos(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("deadline " + deadline + " must be longer than zero");
    }
    return deadline.compareTo(Duration.ofDays(1)) >= 0 ? MAX_NANOS : deadline.toNanos();
  }

  /* On a network thread. */
  void answeredWithError(Call call, String error) {
    if (call.pinned() || call.hops() >= MAX_HOPS || !repeated(call, error)) {
      failed(call, error);
    }
  }

  private boolean repeated(Call call, String error) {
    Line line = call.line();
    switch (ServerError.code(error)) {
      case "NOSCRIPT" -> {
        if (call.script() == null || call.getType() == Keyword.EVAL) {
          return false;
        }
        core.counters().unknownScripts.increment();
        repeat(call, line, Keyword.EVAL, call.asking(), 0);
      }
      case "MOVED" -> follow(call, Redirect.parse(error, line.node().uri().getHost()), false);
      case "ASK" -> follow(call, Redirect.parse(error, line.node().uri().getHost()), true);
      case "TRYAGAIN" -> repeat(call, line, call.getType(), call.asking(), PAUSE_NANOS);
      case "CLUSTERDOWN" -> {
        core.route().refresh();
        return false;
      }
      case "READONLY" -> {
        if (!line.node().info().replica()) {
          core.keeper().run(() -> line.node().renew(line, "the server became a replica"));
        }
        return false;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void follow(Call call, @Nullable Redirect to, boolean asking) {
    if (to == null) {
      failed(call, "a redirection that names no address");
      return;
    }
    core.counters().redirects.increment();
    Node node = core.route().redirected(to, asking);
    Line line = node == null ? null : Line.usable(node.line());
    if (line == null) {
      call.fail(
          node != null && node.line() != null ? Reason.SUSPECT : Reason.DISCONNECTED,
          false,
          "is not connected to " + to.address() + ", where slot " + to.slot() + " went",
          null);
    } else {
      repeat(call, line, call.getType(), asking, 0);
    }
  }

  private void repeat(Call call, Line line, Keyword as, boolean asking, long pauseNanos) {
    if (!line.enter(core.ticker().read())) {
      call.fail(Reason.OVERLOADED, false, "has no room to repeat " + call, null);
      return;
    }
    Call again = call.again(line, as, asking);
    if (pauseNanos == 0) {
      line.send(again);
    } else {
      core.keeper().runAfter(pauseNanos, () -> line.send(again));
    }
  }

  private void failed(Call call, String error) {
    call.fail(
        Reason.ERROR,
        !ServerError.provesNothingDone(error),
        "was answered with an error to "
            + call
            + " by "
            + call.line().node().address()
            + ": "
            + error,
        null);
  }
}
