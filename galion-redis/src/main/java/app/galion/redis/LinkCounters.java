package app.galion.redis;

import app.galion.redis.RedisUnavailableException.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a link has counted since it was built. */
final class LinkCounters {

  final LongAdder calls = new LongAdder();
  final LongAdder unknownScripts = new LongAdder();
  final LongAdder redirects = new LongAdder();
  final LongAdder connects = new LongAdder();
  final LongAdder disconnects = new LongAdder();
  final LongAdder suspicions = new LongAdder();
  final LongAdder messages = new LongAdder();
  final LongAdder losses = new LongAdder();
  final LongAdder listenerFailures = new LongAdder();
  private final Map<Reason, LongAdder> failures = new EnumMap<>(Reason.class);

  LinkCounters() {
    for (Reason reason : Reason.values()) {
      failures.put(reason, new LongAdder());
    }
  }

  LongAdder failures(Reason reason) {
    LongAdder adder = failures.get(reason);
    if (adder == null) {
      throw new IllegalStateException("no counter for " + reason);
    }
    return adder;
  }
}
