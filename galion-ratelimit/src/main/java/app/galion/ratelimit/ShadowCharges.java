package app.galion.ratelimit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the keys in shadow of a reservation were charged, once they have been judged. */
final class ShadowCharges {

  static final ShadowCharges NONE = new ShadowCharges(null, List.of());

  /**
   * A key's charge.
   *
   * @param key the key
   * @param cost what it was asked for
   * @param localAt when, on the clock of the local limits
   * @param judged the decision, in which nobody else believes
   */
  record Charge(LimitKey key, long cost, long localAt, CompletableFuture<Decision> judged) {}

  private final @Nullable Decider decider;
  private final List<Charge> charges;

  ShadowCharges(@Nullable Decider decider, List<Charge> charges) {
    this.decider = decider;
    this.charges = charges;
  }

  boolean has(LimitKey key) {
    return charges.stream().anyMatch(charge -> charge.key.equals(key));
  }

  /** Corrects what a key was charged to what its work did cost. */
  void settle(LimitCharge actual) {
    for (Charge charge : charges) {
      if (charge.key.equals(actual.key())) {
        adjust(charge, actual.cost() - charge.cost);
      }
    }
  }

  void cancel() {
    for (Charge charge : charges) {
      adjust(charge, -charge.cost);
    }
  }

  private void adjust(Charge charge, long more) {
    Decider to = decider;
    if (to != null && more != 0) {
      CompletableFuture<Void> unused =
          charge.judged.thenAccept(
              decision -> {
                if (decision.allowed()) {
                  Reserving.adjust(to, charge.key, more, decision, charge.localAt);
                }
              });
    }
  }
}
