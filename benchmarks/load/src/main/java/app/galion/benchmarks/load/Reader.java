package app.galion.benchmarks.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Reads every key of a node round and round, and keeps how old what it saw was. */
final class Reader implements Runnable {
  /** The step of the recorded line. */
  static final long STEP_MILLIS = 100;

  private static final long PAUSE_NANOS = 200_000;

  private final NodeCache cache;
  private final History history;
  private final long start;
  private final long end;
  private final long[] worst;
  private final long[][] served;
  private long reads;

  Reader(NodeCache cache, History history, int versions, long start, long end) {
    this.cache = cache;
    this.history = history;
    this.start = start;
    this.end = end;
    worst = new long[(int) (TimeUnit.NANOSECONDS.toMillis(end - start) / STEP_MILLIS) + 1];
    served = new long[history.keys()][versions + 2];
  }

  @Override
  public void run() {
    while (System.nanoTime() - end < 0) {
      for (int key = 0; key < served.length; key++) {
        long asked = System.nanoTime();
        int version = Integer.parseInt(cache.read(Keys.name(key)));
        long stale = history.staleFor(key, version, asked);
        if (asked - start >= 0 && asked - end < 0) {
          int step = (int) (TimeUnit.NANOSECONDS.toMillis(asked - start) / STEP_MILLIS);
          worst[step] = Math.max(worst[step], stale);
          served[key][version] = Math.max(served[key][version], stale);
          reads++;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  long reads() {
    return reads;
  }

  /** The oldest that was seen in each step, in milliseconds. */
  double[] line() {
    double[] millis = new double[worst.length];
    for (int i = 0; i < worst.length; i++) {
      millis[i] = worst[i] / 1e6;
    }
    return millis;
  }

  /** For each overwritten version how long after it was still served, in microseconds. */
  void addTo(Histogram micros) {
    for (int key = 0; key < served.length; key++) {
      for (int version = 1; version < history.latest(key); version++) {
        micros.recordValue(served[key][version] / 1_000);
      }
    }
  }
}
