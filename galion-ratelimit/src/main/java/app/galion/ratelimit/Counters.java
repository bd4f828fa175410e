package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a limiter counts; read by its meters. */
final class Counters {

  private static final int MOST_POLICIES = 200;

  final LongAdder calls;
  final LongAdder asked;
  final LongAdder failures;
  final LongAdder late;
  final LongAdder refunds;
  final LongAdder listenerFailures = new LongAdder();
  final LongAdder dropped = new LongAdder();
  private final Map<Decision.Source, LongAdder> admitted = adders();
  private final Map<Decision.Source, LongAdder> denied = adders();
  private final Map<String, LongAdder> denials = new ConcurrentHashMap<>();
  private final List<BiConsumer<String, LongAdder>> watchers = new CopyOnWriteArrayList<>();

  /** Whose denial was counted last, which in a flood is whose will be next. */
  private volatile @Nullable Denials latest;

  private record Denials(String policy, LongAdder count) {}

  Counters() {
    calls = new LongAdder();
    asked = new LongAdder();
    failures = new LongAdder();
    late = new LongAdder();
    refunds = new LongAdder();
  }

  /** Those of the keys in shadow: decisions of their own, calls and their fate together. */
  Counters(Counters enforcing) {
    calls = enforcing.calls;
    asked = enforcing.asked;
    failures = enforcing.failures;
    late = enforcing.late;
    refunds = enforcing.refunds;
  }

  private static Map<Decision.Source, LongAdder> adders() {
    Map<Decision.Source, LongAdder> adders = new EnumMap<>(Decision.Source.class);
    for (Decision.Source source : Decision.Source.values()) {
      adders.put(source, new LongAdder());
    }
    return adders;
  }

  Decision count(Decision decision) {
    if (decision.allowed()) {
      admitted(decision.source()).increment();
    } else {
      denied(decision.source()).increment();
      LimitKey denier = decision.standing().denierKey();
      if (denier != null) {
        countDenial(denier.policy().name());
      }
    }
    return decision;
  }

  @SuppressWarnings("ReferenceEquality") // a policy's name is one object; another costs a look-up
  private void countDenial(String policy) {
    Denials last = latest;
    if (last != null && last.policy == policy) {
      last.count.increment();
      return;
    }
    LongAdder known = denials.get(policy);
    if (known == null) {
      if (denials.size() >= MOST_POLICIES) {
        return;
      }
      LongAdder fresh = new LongAdder();
      known = denials.putIfAbsent(policy, fresh);
      if (known == null) {
        known = fresh;
        watchers.forEach(watcher -> watcher.accept(policy, fresh));
      }
    }
    latest = new Denials(policy, known);
    known.increment();
  }

  LongAdder admitted(Decision.Source source) {
    return requireNonNull(admitted.get(source));
  }

  LongAdder denied(Decision.Source source) {
    return requireNonNull(denied.get(source));
  }

  /** Calls back for every policy that has denied, and for each one that will; maybe twice. */
  void watchDenials(BiConsumer<String, LongAdder> watcher) {
    watchers.add(watcher);
    denials.forEach(watcher);
  }
}
