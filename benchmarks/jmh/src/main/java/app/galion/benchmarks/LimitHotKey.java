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
    if (clock.skips()) {
      return limiter.decide();
    }
    long start = System.nanoTime();
    boolean allowed = limiter.decide();
    clock.took(System.nanoTime() - start);
    return allowed;
  }

  /** A limiter bound to one subject. */
  @FunctionalInterface
  interface Limiter extends AutoCloseable {
    boolean decide();

    @Override
    default void close() {}
  }
}
