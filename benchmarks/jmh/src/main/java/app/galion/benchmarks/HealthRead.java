package app.galion.benchmarks;

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

/** What a health probe costs the node that answers it, with five checks, all of them up. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HealthRead {
  /** The contender of this trial. */
  @Param public HealthContender contender = HealthContender.NOTHING;

  private Endpoint endpoint = () -> "";

  /** Starts the contender and waits until it is ready. */
  @Setup
  public void open() {
    endpoint = contender.open();
  }

  /** Stops the contender. */
  @TearDown
  public void close() {
    endpoint.close();
  }

  /** One answer. */
  @Benchmark
  public Object read() throws Exception {
    return endpoint.read();
  }

  /** Something that a probe reads. */
  @FunctionalInterface
  interface Endpoint extends AutoCloseable {
    Object read() throws Exception;

    @Override
    default void close() {}
  }
}
