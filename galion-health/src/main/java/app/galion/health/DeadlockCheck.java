package app.galion.health;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Looks for deadlocked platform threads; a JVM that cannot tell has none. The management types stay
 * inside {@link #scan}, so that a JVM without that module links everything else.
 */
final class DeadlockCheck implements HealthCheck {

  private static final int SCANS = 3;
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Supplier<List<String>> scan;

  DeadlockCheck() {
    this(DeadlockCheck::scan);
  }

  DeadlockCheck(Supplier<List<String>> scan) {
    this.scan = scan;
  }

  @Override
  public CheckResult check(Duration deadline) {
    List<String> names;
    try {
      names = scan.get();
    } catch (UnsupportedOperationException | LinkageError cannotTell) {
      return CheckResult.up();
    }
    return names.isEmpty()
        ? CheckResult.up()
        : CheckResult.down(ErrorCode.DEADLOCK, names.size() + " threads: " + names);
  }

  private static List<String> scan() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] ids = threads.findDeadlockedThreads();
    return ids == null
        ? List.of()
        : Arrays.stream(threads.getThreadInfo(ids))
            .filter(Objects::nonNull)
            .map(ThreadInfo::getThreadName)
            .toList();
  }

  @Override
  public void prefer(CheckOptions options) {
    options.interval(INTERVAL).failingInterval(INTERVAL).failAfter(SCANS);
  }
}
