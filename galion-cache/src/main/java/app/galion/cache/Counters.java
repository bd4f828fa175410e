package app.galion.cache;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Striped counters of one cache; {@link #l1Hits} is the only one that a hit touches. */
final class Counters {
  final LongAdder l1Hits = new LongAdder();
  final LongAdder l2Hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder joins = new LongAdder();
  final LongAdder waits = new LongAdder();
  final LongAdder loads = new LongAdder();
  final LongAdder loadFailures = new LongAdder();
  final LongAdder loadNanos = new LongAdder();
  final LongAdder staleServed = new LongAdder();
  final LongAdder refreshes = new LongAdder();
  final LongAdder puts = new LongAdder();
  final LongAdder invalidations = new LongAdder();
  final LongAdder queued = new LongAdder();
  final LongAdder received = new LongAdder();
  final LongAdder echoes = new LongAdder();
  final LongAdder echoNanos = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder misfits = new LongAdder();
  final LongAdder oversized = new LongAdder();
  final LongAdder redisFailures = new LongAdder();
  final LongAdder fillsRefused = new LongAdder();
  final LongAdder replays = new LongAdder();
  final LongAdder resyncs = new LongAdder();
  final LongAdder suspensions = new LongAdder();

  double hits() {
    return l1Hits.sum() + l2Hits.sum();
  }

  /** A message arrived whose write was sent some time ago; negative if it is another node's. */
  void echo(long nanosAgo) {
    if (nanosAgo >= 0) {
      echoes.increment();
      echoNanos.add(nanosAgo);
    }
  }

  CacheStats snapshot(long size) {
    return new CacheStats(
        l1Hits.sum(),
        l2Hits.sum(),
        misses.sum(),
        joins.sum(),
        waits.sum(),
        loads.sum(),
        loadFailures.sum(),
        Duration.ofNanos(loadNanos.sum()),
        staleServed.sum(),
        refreshes.sum(),
        puts.sum(),
        invalidations.sum(),
        queued.sum(),
        received.sum(),
        evictions.sum(),
        misfits.sum(),
        oversized.sum(),
        redisFailures.sum(),
        fillsRefused.sum(),
        replays.sum(),
        resyncs.sum(),
        size);
  }
}
