package app.galion.health;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks for deadlocked platform threads; a JVM that cannot tell has none. */
final class DeadlockCheck implements HealthCheck {

  private static final int SCANS = 3;
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Supplier<ThreadMXBean> source;

  DeadlockCheck() {
    this(() -> ManagementFactory.getThreadMXBean());
  }

  DeadlockCheck(Supplier<ThreadMXBean> source) {
    this.source = source;
  }

  @Override
  public CheckResult check(Duration deadline) {
    ThreadMXBean threads;
    long @Nullable [] ids;
    try {
      threads = source.get();
      ids = threads.findDeadlockedThreads();
    } catch (UnsupportedOperationException | LinkageError cannotTell) {
      return CheckResult.up();
    }
    if (ids == null) {
      return CheckResult.up();
    }
    String names =
        Arrays.stream(threads.getThreadInfo(ids))
            .filter(Objects::nonNull)
            .map(ThreadInfo::getThreadName)
            .toList()
            .toString();
    return CheckResult.down(ErrorCode.DEADLOCK, ids.length + " threads: " + names);
  }

  @Override
  public void prefer(CheckOptions options) {
    options.interval(INTERVAL).failingInterval(INTERVAL).failAfter(SCANS);
  }
}
