package app.galion.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to tell from a vendor's error of 1 KiB whose fault it is. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Classify {
  private static final int SIZE = 1024;
  private static final String HEAD = "{\"error\":{\"message\":\"Rate limit reached: ";
  private static final String TAIL =
      "\",\"type\":\"tokens\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}";

  /** The contender of this trial. */
  @Param public ClassifyContender contender = ClassifyContender.NOTHING;

  private final byte[] body =
      (HEAD + "x".repeat(SIZE - HEAD.length() - TAIL.length()) + TAIL)
          .getBytes(StandardCharsets.UTF_8);
  private Classifier classifier = bytes -> bytes;

  /** Makes the contender show that it reads the body. */
  @Setup
  public void open() throws Exception {
    classifier = contender.open();
    String told = classifier.classify(body).toString();
    if (contender != ClassifyContender.NOTHING && !told.contains("rate_limit_exceeded")) {
      throw new IllegalStateException(contender.label() + " made of it: " + told);
    }
  }

  /** One body. */
  @Benchmark
  public Object classify() throws Exception {
    return classifier.classify(body);
  }

  /** Reads the body of a response with status 429. */
  @FunctionalInterface
  interface Classifier {
    Object classify(byte[] body) throws Exception;
  }
}
