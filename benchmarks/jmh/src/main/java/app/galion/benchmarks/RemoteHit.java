package app.galion.benchmarks;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** How many hits a second Redis answers: 1024 keys with 100 bytes each, all present and fresh. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RemoteHit {
  private static final int KEYS = 1024;
  private static final String VALUE = "v".repeat(100);

  /** The contender of this trial. */
  @Param public RemoteContender contender = RemoteContender.NOTHING;

  private RemoteCache cache = RemoteCache.NOTHING;
  private final String[] keys = new String[KEYS];

  /** Where each thread stands among the keys; each begins elsewhere. */
  @State(Scope.Thread)
  public static class Cursor {
    private int at = ThreadLocalRandom.current().nextInt();

    int next() {
      return at++;
    }
  }

  /** Opens the contender on an empty Redis and fills it. */
  @Setup
  public void open() {
    BenchRedis.flush();
    cache = contender.open();
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "user:" + (100_000 + i);
      cache.put(keys[i], VALUE);
      if (!VALUE.equals(cache.get(keys[i])) && contender != RemoteContender.NOTHING) {
        throw new IllegalStateException(contender.label() + " has no value for " + keys[i]);
      }
    }
  }

  /** Closes the contender. */
  @TearDown
  public void close() {
    cache.close();
  }

  /** One hit. */
  @Benchmark
  public @Nullable String hit(Cursor cursor, Clock clock) {
    String key = keys[cursor.next() & KEYS - 1];
    if (clock.skips()) {
      return cache.get(key);
    }
    long start = System.nanoTime();
    String value = cache.get(key);
    clock.took(System.nanoTime() - start);
    return value;
  }
}
