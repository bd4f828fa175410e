package app.galion.benchmarks;

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

/** What a hit in this process costs: 1024 keys, all present and fresh. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalHit {
  private static final int KEYS = 1024;

  /** The contender of this trial. */
  @Param public CacheContender contender = CacheContender.NOTHING;

  private LocalCache cache = key -> null;
  private final String[] keys = new String[KEYS];

  /** Where each thread stands among the keys. */
  @State(Scope.Thread)
  public static class Cursor {
    int at;
  }

  /** Fills the cache. */
  @Setup
  public void open() {
    cache = contender.open();
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "user:" + (100_000 + i);
      if (cache.get(keys[i]) == null && contender != CacheContender.NOTHING) {
        throw new IllegalStateException(contender.label() + " has no value for " + keys[i]);
      }
    }
  }

  /** Closes the cache. */
  @TearDown
  public void close() {
    cache.close();
  }

  /** One hit. */
  @Benchmark
  public @Nullable Object hit(Cursor cursor) {
    return cache.get(keys[cursor.at++ & KEYS - 1]);
  }

  /** A cache that loads what it lacks, once. */
  @FunctionalInterface
  interface LocalCache extends AutoCloseable {
    @Nullable Object get(String key);

    @Override
    default void close() {}
  }
}
