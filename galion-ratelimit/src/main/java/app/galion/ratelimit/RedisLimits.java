package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.redis.Topology;
import app.galion.spi.ComponentId;
import app.galion.spi.GalionException;
import app.galion.spi.Ticker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits in Redis. Deadlines of about the same length share a lane, so that a patient policy's
 * call does not hold up a hasty one's; on a cluster each slot has lanes of its own.
 */
final class RedisLimits implements Remote {

  private static final RedisScript DECIDE = RedisScript.resource(RedisLimits.class, "decide.lua");

  /** Follows what Redis admits, denies and fails to answer. */
  interface Outcomes {
    void admitted(Request request, int times);

    void denied(LimitKey denier, long cost, Decision denied, long askedAt);

    void answered();

    void failed(Throwable cause);

    void done(Request request);

    /** What Redis admitted to a caller who had gone is given back. */
    void undone(Request request);
  }

  /** Follows what was told. */
  interface Told {
    void ended(@Nullable Throwable error);
  }

  /** What a server's clock said, and when. */
  private record Heard(long micros, long at) {}

  /** The deadlines from a power of two nanoseconds to the next, of which 1 ms to 60 s have 17. */
  private record LaneKey(int slot, int deadlineBits) {}

  private final ComponentId id;
  private final RedisLink link;
  private final Ticker ticker;
  private final Outcomes outcomes;
  private final Counters counters;
  private final byte[] prefix;
  private volatile @Nullable Heard heard;
  private final Map<LaneKey, Lane> lanes = new ConcurrentHashMap<>();

  RedisLimits(ComponentId id, RedisLink link, Ticker ticker, Outcomes outcomes, Counters counters) {
    this.id = id;
    this.link = link;
    this.ticker = ticker;
    this.outcomes = outcomes;
    this.counters = counters;
    this.prefix = link.key("r1:");
  }

  /* An estimate only: the script looks at its own clock, and says so if it is in no window told. */
  private long serverMicros() {
    Heard last = heard;
    return last == null ? link.serverMicros() : last.micros + (ticker.read() - last.at) / 1_000;
  }

  @Override
  public Question ask(Request request) {
    if (link.topology() == Topology.CLUSTER && request.keys.length > 1) {
      List<Request> bySlot = bySlot(request);
      if (bySlot.size() > 1) {
        return new SlotWalk(this, bySlot, request).start();
      }
    }
    return askOneSlot(request, request.deadlineNanos());
  }

  /** A line exists in one slot only: several could not agree on a moment in one round trip. */
  @Override
  public void requireLine(Request request) {
    if (link.topology() == Topology.CLUSTER && bySlot(request).size() > 1) {
      throw new IllegalArgumentException(
          "subjects in several slots of the cluster have no common line: acquire "
              + Arrays.toString(request.keys)
              + " one by one, or under one subject");
    }
  }

  Ask askOneSlot(Request request, long deadlineNanos) {
    Ask ask = new Ask(request, deadlineNanos, false);
    lane(ask).submit(ask);
    return ask;
  }

  /** Tells what asks for no decision, slot by slot. */
  @Override
  public void tell(Request request) {
    tell(request, request.deadlineNanos(), error -> {});
  }

  void tell(Request request, long deadlineNanos, Told told) {
    List<Request> slots = link.topology() == Topology.CLUSTER ? bySlot(request) : List.of(request);
    for (Request slot : slots) {
      CompletableFuture<Decision> unused =
          askOneSlot(slot, deadlineNanos).whenComplete((done, error) -> told.ended(error));
    }
  }

  /** Ends leases that nobody holds any more, here too. */
  void abandon(Request leases) {
    tell(
        leases.some(Act.ADJUST, leases.indices(true), i -> -leases.costs[i], i -> leases.extra[i]));
    outcomes.undone(leases);
  }

  /** Gives back what was admitted to start after a wait. */
  void giveBack(Request request, Decision charged, long waitNanos) {
    if (waitNanos > 0 && charged.standing() instanceof RedisStanding queued) {
      counters.refunds.increment();
      tell(queued.leave());
    } else {
      refund(request, charged, request.deadlineNanos());
    }
  }

  /** Gives back what an admitted request, all in one slot, had been charged. */
  void refund(Request request, Decision charged, long deadlineNanos) {
    if (!request.looks()) {
      counters.refunds.increment();
      Ask unused = askOneSlot(request.givenBack(charged.standing()), deadlineNanos);
      outcomes.undone(request);
    }
  }

  private Lane lane(Ask ask) {
    boolean cluster = link.topology() == Topology.CLUSTER;
    int slot = cluster ? HashSlot.of(ask.request.keys[0].tag()) : 0;
    LaneKey key = new LaneKey(slot, Long.SIZE - Long.numberOfLeadingZeros(ask.deadlineNanos));
    Lane lane = lanes.get(key);
    return lane != null ? lane : lanes.computeIfAbsent(key, this::open);
  }

  private Lane open(LaneKey unused) {
    return new Lane(new Carrying(), new OverloadedException(id));
  }

  int lanes() {
    return lanes.size();
  }

  private static List<Request> bySlot(Request request) {
    Set<Integer> slots = new LinkedHashSet<>();
    for (LimitKey key : request.keys) {
      slots.add(HashSlot.of(key.tag()));
    }
    List<Request> requests = new ArrayList<>();
    for (int slot : slots) {
      requests.add(request.where(key -> HashSlot.of(key.tag()) == slot));
    }
    return requests;
  }

  private final class Carrying implements Lane.Carrier {
    @Override
    public CompletableFuture<Reply> send(Batch batch) {
      batch.sentAt = ticker.read();
      counters.calls.increment();
      counters.asked.add(batch.size());
      return link.eval(
          DECIDE,
          batch.redisKeys(prefix),
          batch.args(0, RedisLimits.this::serverMicros),
          batch.deadline());
    }

    @Override
    public void arrived(Batch batch, @Nullable Reply reply, @Nullable Throwable error) {
      if (error != null) {
        outcomes.failed(error);
        batch.fail(error);
        return;
      }
      try {
        outcomes.answered();
        requireNonNull(reply, "reply");
        if (batch.asksTheCalendar()) {
          heard = new Heard(reply.integer(0), ticker.read());
        }
        batch.read(reply, new Settling(batch.sentAt));
      } catch (RuntimeException e) {
        outcomes.failed(e);
        batch.fail(e);
      }
    }
  }

  private final class Settling implements Batch.Answers {
    private final long sentAt;

    Settling(long sentAt) {
      this.sentAt = sentAt;
    }

    @Override
    public void answered(Batch.Group group, RedisStanding standing, int admitted, long waitMicros) {
      // first, since whoever is told may give back at once
      if (admitted > 0) {
        outcomes.admitted(group.request, admitted);
      }
      int nth = 0;
      for (; nth < admitted; nth++) {
        complete(
            group.asks.get(nth),
            new Decision(Decision.Reason.ADMITTED, Decision.Source.REDIS, 0, standing, nth + 1),
            waitMicros);
      }
      if (nth < group.asks.size()) {
        Decision denied =
            new Decision(
                Decision.Reason.LIMIT,
                Decision.Source.REDIS,
                waitMicros * 1_000,
                standing,
                admitted);
        LimitKey denier = requireNonNull(standing.denierKey(), "denier");
        outcomes.denied(denier, group.request.costOf(denier), denied, sentAt);
        for (; nth < group.asks.size(); nth++) {
          complete(group.asks.get(nth), denied, 0);
        }
      }
    }

    private void complete(Ask ask, Decision decision, long waitMicros) {
      boolean queued = ask.request.act == Act.QUEUE && decision.allowed();
      ask.waitNanos = queued ? waitMicros * 1_000 : 0;
      if (!ask.complete(decision)) {
        counters.late.increment();
        if (queued || (ask.request.act == Act.LEASE && decision.allowed())) {
          giveBack(ask.request, decision, ask.waitNanos);
        }
      }
    }

    @Override
    public void done(Batch.Group group) {
      outcomes.done(group.request);
      Standing standing = Standing.nominal(group.request.keys, true, -1);
      for (Ask ask : group.asks) {
        ask.complete(new Decision(Decision.Reason.ADMITTED, Decision.Source.REDIS, 0, standing, 0));
      }
    }

    @Override
    public void elsewhen(Batch.Group group) {
      for (Ask ask : group.asks) {
        if (ask.again) {
          ask.completeExceptionally(new IllegalStateException("no window of " + group.request));
        } else if (!ask.isDone()) {
          Ask again = new Ask(ask.request, ask.deadlineNanos, true);
          lane(again).submit(again);
          CompletableFuture<Decision> unused =
              again.whenComplete(
                  (decision, error) -> {
                    if (decision == null) {
                      ask.completeExceptionally(requireNonNull(error, "error"));
                    } else {
                      complete(ask, decision, 0);
                    }
                  });
        }
      }
    }

    @Override
    public void foreign(Batch.Group group) {
      GalionException cause = new ForeignStateException(id, Arrays.toString(group.request.keys));
      outcomes.failed(cause);
      for (Ask ask : group.asks) {
        ask.completeExceptionally(cause);
      }
    }
  }

  private static final class OverloadedException extends GalionException {
    private static final long serialVersionUID = 1L;

    OverloadedException(ComponentId id) {
      super(
          id, id + " has 8192 requests waiting for Redis; the failure policy decides", null, false);
    }
  }

  private static final class ForeignStateException extends GalionException {
    private static final long serialVersionUID = 1L;

    ForeignStateException(ComponentId id, String keys) {
      super(
          id,
          id
              + " finds another kind of limit in Redis under one of "
              + keys
              + "; give a policy that changed between tokenBucket and slidingExact a new name",
          null,
          false);
    }
  }
}
