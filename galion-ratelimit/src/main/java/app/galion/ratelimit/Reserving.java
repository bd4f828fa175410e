package app.galion.ratelimit;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/** Makes reservations, and does what their holders say afterwards. */
final class Reserving {

  /** A lease's id: what a double holds exactly and nobody else draws. */
  private static final long IDS = 1L << 53;

  private final Decider decider;
  private final Watching watching;
  private final @Nullable Leases leases;

  Reserving(Decider decider, Watching watching, @Nullable Leases leases) {
    this.decider = decider;
    this.watching = watching;
    this.leases = leases;
  }

  Reservation reserve(Request asked) {
    long localAt = decider.localNow();
    Request request = withLeases(watching.enforcing(asked));
    Decision decision =
        request.keys.length == 0 ? watching.admitted(asked) : decider.decide(request);
    return reservation(asked, request, decision, localAt);
  }

  CompletableFuture<Reservation> reserveAsync(Request asked) {
    long localAt = decider.localNow();
    Request request = withLeases(watching.enforcing(asked));
    if (request.keys.length == 0) {
      return CompletableFuture.completedFuture(
          reservation(asked, request, watching.admitted(asked), localAt));
    }
    CompletableFuture<Reservation> result = new CompletableFuture<>();
    CompletableFuture<Decision> unused =
        decider
            .decideAsync(request)
            .whenComplete(
                (decision, error) -> answer(result, asked, request, decision, error, localAt));
    return result;
  }

  /**
   * Whoever waits no more, by a cancellation or a timeout of his own, gets nothing and holds
   * nothing.
   */
  private void answer(
      CompletableFuture<Reservation> result,
      Request asked,
      Request request,
      @Nullable Decision decision,
      @Nullable Throwable error,
      long localAt) {
    if (decision == null) {
      result.completeExceptionally(
          error == null ? new IllegalStateException("no decision") : error);
      return;
    }
    Reservation reservation = reservation(asked, request, decision, localAt);
    if (!result.complete(reservation)) {
      reservation.cancel();
    }
  }

  private static Request withLeases(Request asked) {
    if (asked.indices(true).length == 0) {
      return asked;
    }
    long[] ids = new long[asked.keys.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] =
          asked.keys[i].policy().concurrent() ? ThreadLocalRandom.current().nextLong(1, IDS) : 0;
    }
    return asked.as(Act.LEASE, ids);
  }

  private Reservation reservation(Request asked, Request request, Decision decision, long localAt) {
    ShadowCharges shadows = watching.after(asked, request, decision);
    Reservation reservation = new Reservation(this, request, shadows, decision, localAt);
    if (leases != null && decision.allowed() && decision.source() == Decision.Source.REDIS) {
      for (int i : request.indices(true)) {
        if (request.costs[i] > 0) {
          leases.hold(reservation, request.keys[i], request.costs[i], request.extra[i]);
        }
      }
    }
    return reservation;
  }

  /** Charges or gives back, for some keys of a reservation, as much as is more than 0 or less. */
  void adjust(
      Request request, int[] which, IntToLongFunction more, Decision decision, long localAt) {
    adjust(decider, request, which, more, decision, localAt);
  }

  /** The same of one key that was charged by itself. */
  static void adjust(Decider decider, LimitKey key, long more, Decision decision, long localAt) {
    adjust(decider, key.alone(), new int[] {0}, i -> more, decision, localAt);
  }

  private static void adjust(
      Decider decider,
      Request request,
      int[] which,
      IntToLongFunction more,
      Decision decision,
      long localAt) {
    int[] changed = Arrays.stream(which).filter(i -> more.applyAsLong(i) != 0).toArray();
    Standing charged = decision.standing();
    Request adjusted = request.some(Act.ADJUST, changed, more, charged::chargedAt);
    boolean remote =
        decision.source() == Decision.Source.REDIS || decision.source() == Decision.Source.STORE;
    if (changed.length > 0 && remote) {
      decider.tell(adjusted);
      decider.tellLocal(request.some(Act.ADJUST, changed, more, i -> localAt));
    } else if (decision.source() == Decision.Source.LOCAL) {
      decider.tellLocal(adjusted);
    }
  }

  /** Ends some leases of a reservation. */
  void release(Request request, int[] which, Decision decision) {
    Request ended = request.some(Act.ADJUST, which, i -> -request.costs[i], i -> request.extra[i]);
    if (decision.source() == Decision.Source.REDIS && leases != null) {
      leases.release(ended);
    }
    if (decision.source() == Decision.Source.REDIS || decision.source() == Decision.Source.LOCAL) {
      decider.tellLocal(ended);
    }
  }
}
