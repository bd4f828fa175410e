package app.galion.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done beside a decision and never changes it: keys in shadow are judged, each by itself,
 * once the enforcing ones have admitted; and limits nearly used up are told.
 */
final class Watching {

  private final Deciding shadow;
  private final Counters counters;
  private final Listeners listeners;
  private final @Nullable NearLimit near;
  private final @Nullable Consumer<? super LimitState> onDenial;

  Watching(
      Deciding shadow,
      Counters counters,
      Listeners listeners,
      @Nullable NearLimit near,
      @Nullable Consumer<? super LimitState> onDenial) {
    this.shadow = shadow;
    this.counters = counters;
    this.listeners = listeners;
    this.near = near;
    this.onDenial = onDenial;
  }

  /** Whether there is anything to do beside the decision of a request. */
  boolean watches(Request asked) {
    return near != null || asked.inShadow;
  }

  /**
   * The keys that decide, maybe none.
   *
   * @throws IllegalArgumentException if a key in shadow cannot be judged here
   */
  Request enforcing(Request asked) {
    if (!asked.inShadow) {
      return asked;
    }
    if (shadow.store() != null) {
      for (LimitKey key : asked.keys) {
        if (key.policy().inShadow()) {
          shadow.store().requireOffered(key.policy());
        }
      }
    }
    return asked.where(key -> !key.policy().inShadow());
  }

  /** The decision where no key decides. */
  Decision admitted(Request asked) {
    return counters.count(
        new Decision(
            Decision.Reason.ADMITTED,
            Decision.Source.SHADOW,
            0,
            Standing.nominal(asked.keys, true, -1),
            0));
  }

  /** Looks at what was decided about the enforcing keys of what was asked. */
  ShadowCharges after(Request asked, Request enforcing, Decision decision) {
    if (near != null) {
      near.look(enforcing, decision);
    }
    return decision.allowed() && asked.inShadow ? judge(asked) : ShadowCharges.NONE;
  }

  private ShadowCharges judge(Request asked) {
    List<ShadowCharges.Charge> charges = new ArrayList<>();
    for (int i = 0; i < asked.keys.length; i++) {
      LimitKey key = asked.keys[i];
      if (key.policy().inShadow()) {
        long localAt = shadow.decider().localNow();
        CompletableFuture<Decision> judged =
            shadow.decider().decideAsync(Request.of(asked.costs[i], key));
        charges.add(new ShadowCharges.Charge(key, asked.costs[i], localAt, judged));
        if (onDenial != null) {
          CompletableFuture<Void> unused = judged.thenAccept(this::tell);
        }
      }
    }
    return new ShadowCharges(shadow.decider(), charges);
  }

  private void tell(Decision decision) {
    if (onDenial != null && !decision.allowed()) {
      listeners.call(onDenial, decision::binding);
    }
  }
}
