package app.galion.ratelimit;

import java.util.concurrent.CompletableFuture;

/** Decides by the enforcing keys, and looks at the others. */
final class Checking {

  private final Decider decider;
  private final Watching watching;

  Checking(Decider decider, Watching watching) {
    this.decider = decider;
    this.watching = watching;
  }

  Decision check(Request asked) {
    if (!watching.watches(asked)) {
      return decider.decide(asked);
    }
    Request enforcing = watching.enforcing(asked);
    Decision decision =
        enforcing.keys.length == 0 ? watching.admitted(asked) : decider.decide(enforcing);
    ShadowCharges unused = watching.after(asked, enforcing, decision);
    return decision;
  }

  CompletableFuture<Decision> checkAsync(Request asked) {
    if (!watching.watches(asked)) {
      return decider.decideAsync(asked);
    }
    Request enforcing = watching.enforcing(asked);
    if (enforcing.keys.length == 0) {
      Decision decision = watching.admitted(asked);
      ShadowCharges unused = watching.after(asked, enforcing, decision);
      return CompletableFuture.completedFuture(decision);
    }
    return decider
        .decideAsync(enforcing)
        .thenApply(
            decision -> {
              ShadowCharges unused = watching.after(asked, enforcing, decision);
              return decision;
            });
  }
}
