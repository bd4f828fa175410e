package app.galion.benchmarks.load;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The database of a run, and when each write was done. Versions count from 1; one thread writes.
 */
final class History {
  private final AtomicIntegerArray latest;
  private final AtomicLongArray[] done;

  History(int keys, int versions) {
    latest = new AtomicIntegerArray(keys);
    done = new AtomicLongArray[keys];
    for (int key = 0; key < keys; key++) {
      done[key] = new AtomicLongArray(versions + 2);
    }
  }

  int keys() {
    return done.length;
  }

  /** Whether there is room for one more. */
  boolean room(int key) {
    return latest.get(key) < done[key].length() - 2;
  }

  /** Stores the next version; the cache is told after. */
  int begin(int key) {
    return latest.incrementAndGet(key);
  }

  /** The cache has confirmed the latest version. */
  void end(int key, long nanos) {
    done[key].set(latest.get(key), nanos == 0 ? 1 : nanos);
  }

  /** What the database holds. */
  int latest(int key) {
    return latest.get(key);
  }

  /**
   * How long before {@code asked} this version was known to be overwritten; 0 if it was the latest,
   * or the write that replaced it had not returned.
   */
  long staleFor(int key, int version, long asked) {
    long overwritten = done[key].get(version + 1);
    return overwritten == 0 ? 0 : Math.max(0, asked - overwritten);
  }
}
