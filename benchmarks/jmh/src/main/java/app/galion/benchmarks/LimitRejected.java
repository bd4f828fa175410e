package app.galion.benchmarks;

import java.time.Duration;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * How many decisions a second a flood takes of which 90 % are refused: each thread asks 50 times
 * for a subject that may be asked for 5 times by each thread, and then goes on to the next.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LimitRejected {
  private static final int ASKED = 50;
  private static final int ADMITTED = 5;

  /** The contender of this trial. */
  @Param public KeyedContender contender = KeyedContender.NOTHING;

  private KeyedLimiter limiter = subject -> true;

  /** The subject that a thread asks for; all threads go through the same ones. */
  @State(Scope.Thread)
  public static class Flood {
    private int asked;
    private int subjects;
    private String subject = "";

    String next() {
      if (asked++ % ASKED == 0) {
        subject = "flood:" + subjects++;
      }
      return subject;
    }
  }

  /** Opens the contender on an empty Redis. */
  @Setup
  public void open(BenchmarkParams benchmark) {
    BenchRedis.flush();
    limiter = contender.open((long) ADMITTED * benchmark.getThreads(), Duration.ofDays(1));
    if (!limiter.decide("flood:first")) {
      throw new IllegalStateException(contender.label() + " refuses");
    }
  }

  /** Closes the contender. */
  @TearDown
  public void close() {
    limiter.close();
  }

  /** One decision. */
  @Benchmark
  public boolean decide(Flood flood, Clock clock) {
    String subject = flood.next();
    if (clock.skips()) {
      return limiter.decide(subject);
    }
    long start = System.nanoTime();
    boolean allowed = limiter.decide(subject);
    clock.took(System.nanoTime() - start);
    return allowed;
  }
}
