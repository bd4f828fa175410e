package app.galion.ratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * A request whose keys lie in several slots of a cluster: asked slot by slot, the narrowest limit
 * first, since it denies most often and then nothing has been charged elsewhere. A later denial, or a
 * failure, gives the earlier charges back; so does an answer that comes after the caller has gone. It
 * never admits too much; for as long as the refunds take it may admit too little.
 */
final class SlotWalk extends Question {

  private final RedisLimits redis;
  private final List<LimitKey[]> slots;
  private final LimitKey[] order;
  private final long cost;
  private final long deadlineNanos;
  private final List<Decision> charged = new ArrayList<>();
  private volatile @Nullable Ask current;

  SlotWalk(
      RedisLimits redis, List<LimitKey[]> slots, LimitKey[] order, long cost, long deadlineNanos) {
    this.redis = redis;
    this.slots = new ArrayList<>(slots);
    this.slots.sort(Comparator.comparingDouble(SlotWalk::width));
    this.order = order;
    this.cost = cost;
    this.deadlineNanos = deadlineNanos;
  }

  /** The smallest rate of a slot's limits. */
  private static double width(LimitKey[] keys) {
    double width = Double.MAX_VALUE;
    for (LimitKey key : keys) {
      for (Limit limit : key.policy().limits()) {
        width = Math.min(width, (double) limit.n() / limit.periodMicros());
      }
    }
    return width;
  }

  SlotWalk start() {
    askNext();
    return this;
  }

  private void askNext() {
    Ask ask = redis.askOneSlot(slots.get(charged.size()), cost, deadlineNanos);
    current = ask;
    CompletableFuture<Decision> unused = ask.whenComplete(this::answered);
  }

  @Override
  void withdraw() {
    Ask ask = current;
    if (ask != null) {
      ask.withdraw();
    }
  }

  private void answered(@Nullable Decision decision, @Nullable Throwable error) {
    if (decision == null) {
      giveBack();
      completeExceptionally(error == null ? new IllegalStateException("no decision") : error);
    } else if (!decision.allowed()) {
      giveBack();
      complete(decision);
    } else {
      charged.add(decision);
      if (isDone()) {
        giveBack();
      } else if (charged.size() < slots.size()) {
        askNext();
      } else if (!complete(new Decision(decision.reason(), decision.source(), 0, admitted(), 0))) {
        giveBack();
      }
    }
  }

  private void giveBack() {
    for (int i = 0; i < charged.size(); i++) {
      redis.refund(slots.get(i), cost, charged.get(i), deadlineNanos);
    }
  }

  private Standing admitted() {
    Map<LimitKey, List<LimitState>> states = new HashMap<>();
    for (int i = 0; i < charged.size(); i++) {
      int at = 0;
      List<LimitState> all = charged.get(i).limits();
      for (LimitKey key : slots.get(i)) {
        int next = at + key.policy().limits().size();
        states.put(key, all.subList(at, next));
        at = next;
      }
    }
    List<LimitState> ordered = new ArrayList<>();
    for (LimitKey key : order) {
      ordered.addAll(states.getOrDefault(key, List.of()));
    }
    return Standing.of(order, ordered);
  }
}
