package app.galion.health;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Watches free disk space. Between the failing limit and the recovery limit the last verdict
 * stands, so that a disk near its limit does not flap. A file system that cannot be measured fails
 * with {@link ErrorCode#UNMEASURED}. Immutable settings; thread-safe.
 */
public final class DiskCheck implements HealthCheck {

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final double BYTES_BAND = 1.2;

  private final List<Path> paths;
  private final DiskSpace.Gauge gauge;
  private final double failBelow;
  private final double recoverAt;
  private final double degradedBelow;
  private final long failBelowBytes;
  private final Set<Path> low = ConcurrentHashMap.newKeySet();

  private DiskCheck(
      List<Path> paths,
      DiskSpace.Gauge gauge,
      double failBelow,
      double recoverAt,
      double degradedBelow,
      long failBelowBytes) {
    this.paths = paths;
    this.gauge = gauge;
    this.failBelow = failBelow;
    this.recoverAt = recoverAt;
    this.degradedBelow = degradedBelow;
    this.failBelowBytes = failBelowBytes;
  }

  static DiskCheck of(Path first, Path... more) {
    List<Path> paths = Stream.concat(Stream.of(first), Stream.of(more)).toList();
    return new DiskCheck(paths, DiskSpace::of, 10, 12, 15, 0);
  }

  /**
   * Returns this check with other limits in percent of the file system.
   *
   * @param failBelow fails below this; default 10
   * @param recoverAt works again from here; default 12
   * @param degradedBelow degraded below this; default 15
   * @return the check
   * @throws IllegalArgumentException unless 0 &lt;= failBelow &lt;= recoverAt &lt;= degradedBelow
   *     &lt;= 100
   */
  public DiskCheck percent(double failBelow, double recoverAt, double degradedBelow) {
    boolean ordered =
        0 <= failBelow
            && failBelow <= recoverAt
            && recoverAt <= degradedBelow
            && degradedBelow <= 100;
    if (!ordered) {
      throw new IllegalArgumentException(
          "percent "
              + failBelow
              + ", "
              + recoverAt
              + ", "
              + degradedBelow
              + " must rise from 0 to 100");
    }
    return new DiskCheck(paths, gauge, failBelow, recoverAt, degradedBelow, failBelowBytes);
  }

  /**
   * Returns this check with a limit in bytes besides the ones in percent; it works again at 1.2
   * times the limit.
   *
   * @param bytes fails below this; default 0, which is none
   * @return the check
   * @throws IllegalArgumentException if negative
   */
  public DiskCheck failBelowBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("failBelowBytes " + bytes + " must be >= 0");
    }
    return new DiskCheck(paths, gauge, failBelow, recoverAt, degradedBelow, bytes);
  }

  DiskCheck gauge(DiskSpace.Gauge other) {
    return new DiskCheck(paths, other, failBelow, recoverAt, degradedBelow, failBelowBytes);
  }

  @Override
  public CheckResult check(Duration deadline) {
    CheckResult worst = CheckResult.up();
    for (Path path : paths) {
      CheckResult result = check(path);
      if (result.status().compareTo(worst.status()) >= 0) {
        worst = result;
      }
      if (worst.failure()) {
        return worst;
      }
    }
    return worst;
  }

  private CheckResult check(Path path) {
    DiskSpace space;
    try {
      space = gauge.of(path);
    } catch (IOException unreadable) {
      return CheckResult.down(
          ErrorCode.UNMEASURED, path + " cannot be measured: " + Failures.describe(unreadable));
    }
    if (space.total() <= 0) {
      return CheckResult.down(ErrorCode.UNMEASURED, path + " is on a file system of size 0");
    }
    double percent = space.freePercent();
    boolean tooFew = space.free() < failBelowBytes;
    if (tooFew || percent < failBelow) {
      low.add(path);
    } else if (percent >= recoverAt && space.free() >= recoverAtBytes()) {
      low.remove(path);
    }
    String text = path + ": " + space.free() + " bytes free, " + space.figures();
    if (low.contains(path)) {
      return CheckResult.down(ErrorCode.DISK_LOW, text).with(space.figures());
    }
    return percent < degradedBelow
        ? CheckResult.degraded(ErrorCode.DISK_LOW, text).with(space.figures())
        : CheckResult.up(space.figures());
  }

  private double recoverAtBytes() {
    return failBelowBytes * BYTES_BAND;
  }

  @Override
  public void prefer(CheckOptions options) {
    options.interval(INTERVAL).scope(Scope.LOCAL);
  }
}
