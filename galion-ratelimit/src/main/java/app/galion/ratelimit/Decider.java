package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Who decides a request: the memory of denials, Redis or a store within the deadline, or the
 * failure policy.
 */
final class Decider {

  private final DenyMemory memory;
  private final LocalLimits local;
  private final Fallback fallback;
  private final @Nullable Remote remote;
  private final Counters counters;
  private volatile boolean closed;

  Decider(
      DenyMemory memory,
      LocalLimits local,
      Fallback fallback,
      @Nullable Remote remote,
      Counters counters) {
    this.memory = memory;
    this.local = local;
    this.fallback = fallback;
    this.remote = remote;
    this.counters = counters;
  }

  void close() {
    closed = true;
  }

  /** The local clock, for what is told to local limits later. */
  long localNow() {
    return local.now();
  }

  /**
   * Tells Redis or the store, if there is one, what asks for no decision; after the end only what
   * corrects a charge.
   */
  void tell(Request request) {
    if (remote != null && (!closed || request.act == Act.ADJUST)) {
      remote.tell(request);
    }
  }

  /** Tells the limits of this process, where they count. */
  void tellLocal(Request request) {
    local.adjust(remote == null ? request : request.where(Fallback::failsLocal));
  }

  void failed(Throwable cause) {
    fallback.failed(cause);
  }

  /** A request's place in the line, unless Redis has to be asked. */
  @Nullable Turn turnWithoutRedis(Request request, long maxNanos) {
    Decision remembered = remembered(request);
    if (remembered != null && remembered.retryAfterNanos() > maxNanos) {
      return Turn.now(remembered);
    }
    Decision impossible = impossible(request);
    if (impossible != null) {
      return Turn.now(impossible);
    }
    if (remote == null) {
      return local.queue(request, maxNanos);
    }
    remote.requireLine(request);
    return closed ? fallbackTurn(request, maxNanos) : null;
  }

  Ask line(Request request) {
    return redis().askOneSlot(request, request.deadlineNanos());
  }

  private RedisLimits redis() {
    if (remote instanceof RedisLimits redis) {
      return redis;
    }
    throw new IllegalStateException("only Redis keeps a line");
  }

  Turn turn(Ask ask, Decision decision) {
    return decision.allowed()
        ? new Turn(
            decision, ask.waitNanos, () -> redis().giveBack(ask.request, decision, ask.waitNanos))
        : Turn.now(decision);
  }

  Turn fallbackTurn(Request request, long maxNanos) {
    Decision uncounted = fallback.uncounted(request);
    return uncounted != null
        ? Turn.now(uncounted)
        : local.queue(request.where(Fallback::failsLocal), maxNanos);
  }

  Decision decide(Request request) {
    Decision known = known(request);
    return counters.count(known != null ? known : ask(request));
  }

  CompletableFuture<Decision> decideAsync(Request request) {
    Decision known = known(request);
    if (known != null) {
      return CompletableFuture.completedFuture(counters.count(known));
    }
    Question question = requireNonNull(remote).ask(request);
    return question
        .orTimeout(request.deadlineNanos(), TimeUnit.NANOSECONDS)
        .handle(
            (decision, error) -> {
              if (error != null) {
                question.withdraw();
                if (error instanceof TimeoutException) {
                  fallback.failed(error);
                }
              }
              return counters.count(decision != null ? decision : fallback.decide(request));
            });
  }

  private Decision ask(Request request) {
    Question question = requireNonNull(remote).ask(request);
    Decision decision = null;
    try {
      decision = question.get(request.deadlineNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      fallback.failed(e);
    } catch (ExecutionException e) {
      // who completed it so has counted the failure
      decision = null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (decision == null) {
      decision = question.giveUp();
    }
    return decision != null ? decision : fallback.decide(request);
  }

  /** The decision, unless Redis or a store has to be asked. */
  private @Nullable Decision known(Request request) {
    requireNoLease(request);
    Decision remembered = remembered(request);
    if (remembered != null) {
      return remembered;
    }
    Decision impossible = impossible(request);
    if (impossible != null) {
      return impossible;
    }
    if (remote == null) {
      return local.decide(request);
    }
    return closed ? fallback.decide(request) : null;
  }

  private static void requireNoLease(Request request) {
    for (int i = 0; i < request.keys.length; i++) {
      RatePolicy policy = request.keys[i].policy();
      if (policy.concurrent() && request.act != Act.LEASE && request.costs[i] != 0) {
        throw new IllegalArgumentException(
            policy + " counts what is in flight, which has to end: use reserve and close it");
      }
    }
  }

  private @Nullable Decision remembered(Request request) {
    if (remote == null) {
      return null;
    }
    for (int i = 0; i < request.keys.length; i++) {
      Decision known =
          request.costs[i] == 0 ? null : memory.recall(request.keys[i], request.costs[i]);
      if (known != null) {
        return known;
      }
    }
    return null;
  }

  private static @Nullable Decision impossible(Request request) {
    int limit = 0;
    for (int i = 0; i < request.keys.length; i++) {
      RatePolicy policy = request.keys[i].policy();
      int impossible = policy.impossible(request.costs[i]);
      if (impossible >= 0) {
        return new Decision(
            Decision.Reason.IMPOSSIBLE,
            Decision.Source.LOCAL,
            Decision.NEVER,
            Standing.nominal(request.keys, true, limit + impossible),
            0);
      }
      limit += policy.limits().size();
    }
    return null;
  }
}
