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
  private final List<Request> slots;
  private final Request whole;
  private final long deadlineNanos;
  private final List<Decision> charged = new ArrayList<>();
  private volatile @Nullable Ask current;

  SlotWalk(RedisLimits redis, List<Request> slots, Request whole) {
    this.redis = redis;
    this.slots = new ArrayList<>(slots);
    this.slots.sort(Comparator.comparingDouble(SlotWalk::width));
    this.whole = whole;
    this.deadlineNanos = whole.deadlineNanos();
  }

  /** The smallest rate of a slot's limits. */
  private static double width(Request request) {
    double width = Double.MAX_VALUE;
    for (LimitKey key : request.keys) {
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
    Ask ask = redis.askOneSlot(slots.get(charged.size()), deadlineNanos);
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
      redis.refund(slots.get(i), charged.get(i), deadlineNanos);
    }
  }

  private Standing admitted() {
    Map<LimitKey, List<LimitState>> states = new HashMap<>();
    Map<LimitKey, Long> chargedAt = new HashMap<>();
    for (int i = 0; i < charged.size(); i++) {
      int at = 0;
      List<LimitState> all = charged.get(i).limits();
      LimitKey[] keys = slots.get(i).keys;
      for (int k = 0; k < keys.length; k++) {
        int next = at + keys[k].policy().limits().size();
        states.put(keys[k], all.subList(at, next));
        chargedAt.put(keys[k], charged.get(i).standing().chargedAt(k));
        at = next;
      }
    }
    List<LimitState> ordered = new ArrayList<>();
    long[] times = new long[whole.keys.length];
    for (int k = 0; k < times.length; k++) {
      ordered.addAll(states.getOrDefault(whole.keys[k], List.of()));
      times[k] = chargedAt.getOrDefault(whole.keys[k], 0L);
    }
    return Standing.of(whole.keys, ordered, times);
  }
}
