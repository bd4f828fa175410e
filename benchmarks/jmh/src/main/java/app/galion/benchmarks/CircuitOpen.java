package app.galion.benchmarks;

import app.galion.benchmarks.CircuitClosed.Circuit;
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

/** What it costs to be refused by an open circuit, whichever way the contender says no. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CircuitOpen {
  /** The contender of this trial. */
  @Param public CircuitContender contender = CircuitContender.NOTHING;

  private final Supplier<Object> work = new CircuitClosed.Vendor();
  private Circuit circuit = refused -> Circuit.REFUSED;

  /** Opens the contender and its circuit. */
  @Setup
  public void open() {
    if (contender != CircuitContender.NOTHING) {
      circuit = contender.open();
      circuit.trip();
    }
    if (circuit.call(work) != Circuit.REFUSED) {
      throw new IllegalStateException(contender.label() + " let a call through");
    }
  }

  /** One refusal. */
  @Benchmark
  public Object refuse() {
    return circuit.call(work);
  }
}
