package app.galion.benchmarks;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
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

/** How many decisions a second 10 000 subjects take, none of which reaches its limit. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LimitManyKeys {
  private static final int SUBJECTS = 10_000;

  /** The contender of this trial. */
  @Param public KeyedContender contender = KeyedContender.NOTHING;

  private final String[] subjects = new String[SUBJECTS];
  private KeyedLimiter limiter = subject -> true;

  /** Opens the contender on an empty Redis. */
  @Setup
  public void open() {
    BenchRedis.flush();
    for (int i = 0; i < SUBJECTS; i++) {
      subjects[i] = "user:" + (100_000 + i);
    }
    limiter = contender.open(1_000_000_000, Duration.ofMinutes(1));
    if (!limiter.decide("user:first")) {
      throw new IllegalStateException(contender.label() + " refuses");
    }
  }

  /** Closes the contender. */
  @TearDown
  public void close() {
    limiter.close();
  }

  /** One decision about any of the subjects. */
  @Benchmark
  public boolean decide(Clock clock) {
    String subject = subjects[ThreadLocalRandom.current().nextInt(SUBJECTS)];
    if (clock.skips()) {
      return limiter.decide(subject);
    }
    long start = System.nanoTime();
    boolean allowed = limiter.decide(subject);
    clock.took(System.nanoTime() - start);
    return allowed;
  }
}
