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

/**
 * What a request costs beyond its work: a decision about its user, a cached profile, a call through
 * a closed circuit. All in this process, 1024 users.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HotPath {
  private static final int USERS = 1024;

  /** The contender of this trial. */
  @Param public HotPathContender contender = HotPathContender.NOTHING;

  private Route route = user -> user;
  private final String[] users = new String[USERS];

  /** Opens the contender and lets every user be known. */
  @Setup
  public void open() {
    route = contender.open();
    for (int i = 0; i < USERS; i++) {
      users[i] = "user:" + (100_000 + i);
      if (route.request(users[i]) == Route.REFUSED) {
        throw new IllegalStateException(contender.label() + " refused " + users[i]);
      }
    }
  }

  /** Closes the contender. */
  @TearDown
  public void close() {
    route.close();
  }

  /** One request. */
  @Benchmark
  public Object request(RemoteHit.Cursor cursor) {
    return route.request(users[cursor.next() & USERS - 1]);
  }

  /** Something that answers a user's requests. */
  @FunctionalInterface
  interface Route extends AutoCloseable {
    Object REFUSED = "refused";

    /** The answer, or {@link #REFUSED}. */
    Object request(String user);

    @Override
    default void close() {}
  }
}
