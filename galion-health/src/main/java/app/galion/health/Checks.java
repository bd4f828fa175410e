package app.galion.health;

import app.galion.spi.Ticker;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** The checks that come with the library. */
public final class Checks {

  private Checks() {}

  /**
   * Returns a check that borrows a connection and has the driver validate it. A pool without a free
   * connection is {@link CheckState#DEGRADED}, not down: taking a busy node away makes the others
   * busier. For that, the pool's own wait must be shorter than the check's deadline.
   *
   * @param source the data source, best the one that the service uses
   * @return a check of scope {@link Scope#SHARED}
   */
  public static HealthCheck jdbc(DataSource source) {
    return new JdbcCheck(source);
  }

  /**
   * Returns a check of free disk space: fails below 10 % free, recovers at 12 %, degraded below 15
   * %.
   *
   * @param first a path on the file system to watch
   * @param more paths on others; the worst one decides
   * @return a check of scope {@link Scope#LOCAL}, to be changed with its withers
   */
  public static DiskCheck disk(Path first, Path... more) {
    return DiskCheck.of(first, more);
  }

  /**
   * Returns the figures of one file system for {@link HealthEngine.Builder#metrics}: {@code
   * total_gb}, {@code used_gb}, {@code free_gb}, {@code free_percent}.
   *
   * @param path a path on the file system
   * @return reads the figures
   */
  public static Callable<Map<String, Object>> diskMetrics(Path path) {
    return () -> DiskSpace.of(path).figures();
  }

  /**
   * Returns a check that opens a TCP connection and closes it.
   *
   * @param host name or address
   * @param port 1 to 65535
   * @return a check of scope {@link Scope#SHARED}
   */
  public static HealthCheck tcp(String host, int port) {
    return new TcpCheck(host, port);
  }

  /**
   * Returns a check that a GET of a URL answers 2xx. Redirects are not followed.
   *
   * @param uri an http or https URL
   * @return a check of scope {@link Scope#SHARED}
   */
  public static HealthCheck http(URI uri) {
    return new HttpCheck(uri);
  }

  /**
   * Returns a check that finds threads that wait for each other for ever, scanned every 30 s and
   * down at the third scan in a row. For liveness.
   *
   * @return a check of scope {@link Scope#LOCAL}
   */
  public static HealthCheck deadlock() {
    return new DeadlockCheck();
  }

  /**
   * Returns a check that an executor still runs what it is given. For liveness, or readiness where
   * a full pool is to shed load. An executor that silently discards tasks counts as stalled.
   *
   * @param executor the executor; one empty task waits in it at a time
   * @param within how long that task may wait
   * @return a check of scope {@link Scope#LOCAL}
   */
  public static HealthCheck executorStall(Executor executor, Duration within) {
    return new StallCheck(executor, within, Ticker.system());
  }
}
