package app.galion.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** How many lookups of 100 keys a second Redis answers: 10 000 keys, all present and fresh. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class BulkGet {
  private static final int GROUPS = 100;
  private static final int SIZE = 100;
  private static final String VALUE = "v".repeat(100);

  /** The contender of this trial. */
  @Param public BulkContender contender = BulkContender.NOTHING;

  private RemoteCache cache = RemoteCache.NOTHING;
  private final List<Set<String>> groups = new ArrayList<>();

  /** Opens the contender on an empty Redis and fills it. */
  @Setup
  public void open() {
    BenchRedis.flush();
    cache = contender.open();
    for (int i = 0; i < GROUPS; i++) {
      Set<String> group = new LinkedHashSet<>();
      for (int k = 0; k < SIZE; k++) {
        group.add("user:" + (100_000 + i * SIZE + k));
      }
      group.forEach(key -> cache.put(key, VALUE));
      groups.add(group);
    }
  }

  /** Closes the contender. */
  @TearDown
  public void close() {
    cache.close();
  }

  /** One lookup of 100 keys. */
  @Benchmark
  public Map<String, String> lookUp(RemoteHit.Cursor cursor, Clock clock) {
    Set<String> keys = groups.get(Math.floorMod(cursor.next(), GROUPS));
    long start = System.nanoTime();
    Map<String, String> found = contender.lookUp(cache, keys);
    if (!clock.skips()) {
      clock.took(System.nanoTime() - start);
    }
    if (found.size() != SIZE && contender != BulkContender.NOTHING) {
      throw new IllegalStateException(contender.label() + " found " + found.size() + " of 100");
    }
    return found;
  }
}
