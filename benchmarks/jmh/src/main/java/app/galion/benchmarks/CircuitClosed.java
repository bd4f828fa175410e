package app.galion.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a call through a closed circuit costs beyond the call, which here is a field read. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CircuitClosed {
  /** The contender of this trial. */
  @Param public CircuitContender contender = CircuitContender.NOTHING;

  private final Supplier<Object> work = new Vendor();
  private Circuit circuit = Supplier::get;

  /** Opens the contender. */
  @Setup
  public void open() {
    circuit = contender.open();
  }

  /** One call. */
  @Benchmark
  public Object call() {
    return circuit.call(work);
  }

  /** A circuit around whatever it is given. */
  @FunctionalInterface
  interface Circuit {
    Object REFUSED = "refused";

    /** The answer of the work, or {@link #REFUSED}. */
    Object call(Supplier<Object> work);

    /** Opens it by failures, for a minute. */
    default void trip() {
      throw new UnsupportedOperationException("nothing to open");
    }
  }

  /** The call: as cheap as can be, so that only the circuit is measured. */
  static final class Vendor implements Supplier<Object> {
    private final String answer = "answer";

    @Override
    public Object get() {
      return answer;
    }
  }
}
