package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Knows which write was acknowledged when, and so how long ago a value that is served was
 * overwritten. A row of the database counts up; the cache is to show its number. Counted is from
 * the return of a write that was applied to the start of the get.
 */
final class Witness {
  private static final Ticker TICKER = Ticker.system();

  private final long bound;
  private final Map<String, AtomicLong> rows = new ConcurrentHashMap<>();
  private final Map<String, ConcurrentSkipListMap<Long, Long>> applied = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong oldest = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();

  /**
   * @param bound how old an overwritten value may be
   */
  Witness(Duration bound) {
    this.bound = bound.toNanos();
  }

  /** Changes the row and puts it; all puts of a key are for one thread. */
  WriteResult put(TieredCache<String, String> cache, String key) {
    return write(key, row -> cache.put(key, Long.toString(row)));
  }

  WriteResult invalidate(TieredCache<String, String> cache, String key) {
    return write(key, row -> cache.invalidate(key));
  }

  /** Changes the row and clears all. */
  WriteResult clear(TieredCache<String, String> cache, String key) {
    return write(key, row -> cache.clear());
  }

  private WriteResult write(String key, LongFunction<WriteResult> write) {
    long row = row(key).incrementAndGet();
    WriteResult result = write.apply(row);
    if (result == WriteResult.APPLIED) {
      applied.computeIfAbsent(key, k -> new ConcurrentSkipListMap<>()).put(row, TICKER.read());
    }
    return result;
  }

  /** Gets a key, and notes how old the answer is. */
  long read(TieredCache<String, String> cache, String key) {
    long startedAt = TICKER.read();
    String text = cache.get(key, this::load);
    return judge(cache, key, Long.parseLong(requireNonNull(text, "the row")), startedAt);
  }

  private long judge(TieredCache<String, String> cache, String key, long value, long startedAt) {
    reads.incrementAndGet();
    long since =
        applied
            .getOrDefault(key, new ConcurrentSkipListMap<>())
            .tailMap(value, false)
            .values()
            .stream()
            .mapToLong(at -> at)
            .min()
            .orElse(startedAt);
    long age = startedAt - since;
    oldest.accumulateAndGet(age, Math::max);
    if (age > bound) {
      violations.add(
          cache
              + " showed "
              + value
              + " of "
              + key
              + " "
              + Duration.ofNanos(age).toMillis()
              + " ms after it was overwritten\n"
              + cache.explain(key));
    }
    return value;
  }

  /** What the database has. */
  String load(String key) {
    return Long.toString(row(key).get());
  }

  long rowOf(String key) {
    return row(key).get();
  }

  private AtomicLong row(String key) {
    return rows.computeIfAbsent(key, k -> new AtomicLong());
  }

  long reads() {
    return reads.get();
  }

  /** The oldest value seen since the last call. */
  Duration oldest() {
    return Duration.ofNanos(oldest.getAndSet(0));
  }

  /** Forgets what has been seen so far, for a time in which nothing is promised. */
  void forgive() {
    violations.clear();
    oldest.set(0);
  }

  void assertNothingTooOld() {
    assertThat(violations).isEmpty();
    assertThat(reads).hasPositiveValue();
  }
}
