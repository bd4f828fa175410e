package app.galion.ratelimit;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * Waiting for a limit. The request is charged at once, for the moment at which all its limits have room,
 * and told how long that is; who comes later is told a later moment. So one round trip makes a line over
 * the whole fleet, in which nobody asks twice. A caller that leaves gives its place back if nobody stands
 * behind it; else the place passes unused, since those behind it know their moments already.
 */
final class Acquiring {

  private static final Duration LONGEST = Duration.ofHours(1);

  /** How much later than the longest wait a caller may start. */
  private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(4);

  private final Ticker ticker;
  private final Decider decider;
  private final Watching watching;
  private final Counters counters;

  Acquiring(Ticker ticker, Decider decider, Watching watching, Counters counters) {
    this.ticker = ticker;
    this.decider = decider;
    this.watching = watching;
    this.counters = counters;
  }

  private record Wanted(Request request, long maxNanos, long startedAt) {
    /** How long to wait for Redis. */
    long patience() {
      return Math.min(request.deadlineNanos(), maxNanos + GRACE);
    }
  }

  private Wanted wanted(Duration maxWait, Request asked) {
    if (maxWait.isNegative() || maxWait.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("maxWait " + maxWait + " must be 0 to " + LONGEST);
    }
    for (LimitKey key : asked.keys) {
      requireQueue(key.policy());
    }
    long[] micros = new long[asked.keys.length];
    Arrays.fill(micros, maxWait.toNanos() / 1_000);
    return new Wanted(asked.as(Act.QUEUE, micros), maxWait.toNanos(), ticker.read());
  }

  private static void requireQueue(RatePolicy policy) {
    String why =
        switch (policy.kind()) {
          case TOKEN_BUCKET -> null;
          case SLIDING_LOG -> "an exact window remembers what was admitted, not what will be";
          case CALENDAR -> "all who wait would start at once when the next window begins";
          case CONCURRENCY -> "nobody knows when a lease ends";
        };
    if (why != null) {
      throw new IllegalArgumentException(policy + " has no line to wait in: " + why);
    }
  }

  Decision acquire(Duration maxWait, Request asked) throws InterruptedException {
    Request enforcing = watching.enforcing(asked);
    Wanted wanted = wanted(maxWait, enforcing);
    Decision decision = enforcing.keys.length == 0 ? watching.admitted(asked) : acquire(wanted);
    if (watching.watches(asked)) {
      ShadowCharges unused = watching.after(asked, enforcing, decision);
    }
    return decision;
  }

  private Decision acquire(Wanted wanted) throws InterruptedException {
    Turn turn = decider.turnWithoutRedis(wanted.request, wanted.maxNanos);
    if (turn == null) {
      turn = inTime(turn(wanted), wanted);
    }
    sleep(turn);
    return counters.count(turn.decision());
  }

  /** The turn that Redis gives within its deadline, or the failure policy. */
  private Turn turn(Wanted wanted) throws InterruptedException {
    Ask ask = decider.line(wanted.request);
    try {
      ask.get(wanted.patience(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      decider.failed(e);
    } catch (ExecutionException e) {
      // who completed it so has counted the failure
      return fallback(wanted);
    } catch (InterruptedException e) {
      Decision came = ask.giveUp();
      if (came != null) {
        decider.turn(ask, came).leave().run();
      }
      throw e;
    }
    Decision decision = ask.giveUp();
    return decision != null ? decider.turn(ask, decision) : fallback(wanted);
  }

  private Turn fallback(Wanted wanted) {
    long left = Math.max(0, wanted.maxNanos - (ticker.read() - wanted.startedAt));
    return decider.fallbackTurn(wanted.request, left);
  }

  private Turn inTime(Turn turn, Wanted wanted) {
    long starts = ticker.read() - wanted.startedAt + turn.waitNanos();
    return turn.waitNanos() > 0 && starts > wanted.maxNanos + GRACE ? turn.tooLate() : turn;
  }

  private void sleep(Turn turn) throws InterruptedException {
    long from = ticker.read();
    for (long left = turn.waitNanos(); left > 0; left = turn.waitNanos() - (ticker.read() - from)) {
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        turn.leave().run();
        throw new InterruptedException("interrupted while waiting: " + turn.decision());
      }
    }
  }

  CompletableFuture<Decision> acquireAsync(Duration maxWait, Request asked) {
    Request enforcing = watching.enforcing(asked);
    Wanted wanted = wanted(maxWait, enforcing);
    CompletableFuture<Decision> result = new CompletableFuture<>();
    if (watching.watches(asked)) {
      CompletableFuture<Void> unused =
          result.thenAccept(decision -> watching.after(asked, enforcing, decision));
    }
    if (enforcing.keys.length == 0) {
      result.complete(watching.admitted(asked));
      return result;
    }
    Turn known = decider.turnWithoutRedis(wanted.request, wanted.maxNanos);
    if (known != null) {
      start(known, result);
      return result;
    }
    Ask ask = decider.line(wanted.request);
    CompletableFuture<Decision> unused =
        ask.orTimeout(wanted.patience(), TimeUnit.NANOSECONDS)
            .whenComplete((decision, error) -> answered(wanted, ask, decision, error, result));
    CompletableFuture<Decision> unusedToo =
        result.whenComplete(
            (decision, error) -> {
              if (error != null) {
                ask.withdraw();
              }
            });
    return result;
  }

  private void answered(
      Wanted wanted,
      Ask ask,
      @Nullable Decision decision,
      @Nullable Throwable error,
      CompletableFuture<Decision> result) {
    if (error instanceof TimeoutException) {
      ask.withdraw();
      decider.failed(error);
    }
    if (decision != null) {
      start(inTime(decider.turn(ask, decision), wanted), result);
    } else if (!result.isDone()) {
      start(inTime(fallback(wanted), wanted), result);
    }
  }

  private void start(Turn turn, CompletableFuture<Decision> result) {
    CompletableFuture<Decision> unused =
        result.whenComplete(
            (decision, error) -> {
              if (error != null) {
                turn.leave().run();
              }
            });
    if (!result.isDone()) {
      counters.count(turn.decision());
    }
    if (turn.waitNanos() == 0) {
      result.complete(turn.decision());
    } else {
      CompletableFuture<Decision> unusedToo =
          result.completeOnTimeout(turn.decision(), turn.waitNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
