package app.galion.benchmarks;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** How many decisions a second one key takes, the limit never reached (but for the deny hit). */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LimitHotKey {
  /** The contender of this trial. */
  @Param public LimitContender contender = LimitContender.NOTHING;

  private Limiter limiter = () -> true;

  /** Opens the contender on an empty Redis. */
  @Setup
  public void open() {
    BenchRedis.flush();
    limiter = contender.open();
    if (limiter.decide() != contender.allows()) {
      throw new IllegalStateException(contender.label() + " decided " + !contender.allows());
    }
  }

  /** Closes the contender. */
  @TearDown
  public void close() {
    limiter.close();
  }

  /** One decision. */
  @Benchmark
  public boolean decide(Clock clock) {
    if ((++clock.operations & clock.mask) != 0) {
      return limiter.decide();
    }
    long start = System.nanoTime();
    boolean allowed = limiter.decide();
    clock.latencies.recordValue(System.nanoTime() - start);
    return allowed;
  }

  /** Times every decision, or every 64th where the clock itself would be the cost. */
  @State(Scope.Thread)
  public static class Clock {
    private static final int FAST = 50_000;

    final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    long operations;
    long mask;

    /** Chooses how many to time, by what the iteration before did. */
    @Setup(Level.Iteration)
    public void begin() {
      mask = operations > FAST ? 63 : 0;
      operations = 0;
      latencies.reset();
    }

    /** Hands the latencies to the profiler. */
    @TearDown(Level.Iteration)
    public void end() {
      RedisProfiler.add(latencies);
    }
  }

  /** A limiter bound to one subject. */
  @FunctionalInterface
  interface Limiter extends AutoCloseable {
    boolean decide();

    @Override
    default void close() {}
  }
}
