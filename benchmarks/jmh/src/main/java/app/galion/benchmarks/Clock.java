package app.galion.benchmarks;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Times every operation of a thread, or every 64th where the clock itself would be the cost. */
@State(Scope.Thread)
public class Clock {
  private static final long FAST_NANOS = 20_000;

  private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
  private long begun;
  private long operations;
  private long mask;

  /** Chooses how many to time, by what the iteration before did. */
  @Setup(Level.Iteration)
  public void begin() {
    long now = System.nanoTime();
    mask = operations > (now - begun) / FAST_NANOS ? 63 : 0;
    begun = now;
    operations = 0;
    latencies.reset();
  }

  /** Hands the latencies to the profiler. */
  @TearDown(Level.Iteration)
  public void end() {
    RedisProfiler.add(latencies);
  }

  /** Whether the next operation is not to be timed. */
  boolean skips() {
    return (++operations & mask) != 0;
  }

  void took(long nanos) {
    latencies.recordValue(nanos);
  }
}
