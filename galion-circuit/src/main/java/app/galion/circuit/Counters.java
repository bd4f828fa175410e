package app.galion.circuit;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/* What a circuit counts for its meters. */
final class Counters {
  final LongAdder successNanos = new LongAdder();
  final LongAdder failureNanos = new LongAdder();
  final LongAdder neutralNanos = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder refusedKey = new LongAdder();
  final LongAdder late = new LongAdder();
  final LongAdder stale = new LongAdder();
  final LongAdder staleTrouble = new LongAdder();
  final LongAdder degraded = new LongAdder();
  final LongAdder transitions = new LongAdder();
  final LongAdder aborted = new LongAdder();
  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);

  Counters() {
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  LongAdder of(Outcome outcome) {
    LongAdder adder = outcomes.get(outcome);
    if (adder == null) {
      throw new AssertionError(outcome);
    }
    return adder;
  }

  /* NEUTRAL: all that told nothing about the vendor, latches too. */
  long ended(Outcome.Effect effect) {
    long sum = 0;
    for (Map.Entry<Outcome, LongAdder> entry : outcomes.entrySet()) {
      Outcome.Effect counted = entry.getKey().effect();
      if (counted == effect
          || (counted == Outcome.Effect.LATCH && effect == Outcome.Effect.NEUTRAL)) {
        sum += entry.getValue().sum();
      }
    }
    return sum;
  }

  void count(Verdict verdict, long nanos) {
    of(verdict.outcome()).increment();
    switch (verdict.outcome().effect()) {
      case SUCCESS -> successNanos.add(nanos);
      case FAILURE -> failureNanos.add(nanos);
      case NEUTRAL, LATCH -> neutralNanos.add(nanos);
    }
  }
}
