package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

final class DeadlockCheckTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Thread locker(String name, Lock first, Lock second, CountDownLatch both) {
    Thread thread =
        new Thread(
            () -> {
              try {
                first.lockInterruptibly();
                try {
                  both.countDown();
                  both.await();
                  second.lockInterruptibly();
                  second.unlock();
                } finally {
                  first.unlock();
                }
              } catch (InterruptedException released) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void threadsThatWaitForEachOtherAreDownAtTheThirdScan() throws Exception {
    Lock left = new ReentrantLock();
    Lock right = new ReentrantLock();
    CountDownLatch both = new CountDownLatch(2);
    Thread one = locker("embrace-1", left, right, both);
    Thread two = locker("embrace-2", right, left, both);
    try {
      Await.until(
          "a deadlock",
          PATIENCE,
          () -> ManagementFactory.getThreadMXBean().findDeadlockedThreads() != null);
      ManualEngine manual =
          ManualEngine.started(builder -> builder.liveness("deadlock", Checks.deadlock()));
      manual.passSeconds(31);
      assertThat(manual.status("/health/live")).isEqualTo(200);
      manual.passSeconds(31);
      assertThat(manual.status("/health/live")).isEqualTo(503);
      assertThat(manual.text("/health/live")).contains("\"reasons\":[\"deadlock:deadlock\"]");
      assertThat(manual.engine.get("GET", "/health/detailed", Access.OPERATOR).text())
          .contains("embrace-1", "embrace-2");
    } finally {
      one.interrupt();
      two.interrupt();
      one.join(PATIENCE.toMillis());
      two.join(PATIENCE.toMillis());
    }
  }

  @Test
  void aJvmThatCannotTellHasNoDeadlock() {
    DeadlockCheck check =
        new DeadlockCheck(
            () -> {
              throw new NoClassDefFoundError("java/lang/management/ThreadMXBean");
            });
    assertThat(check.check(Duration.ofSeconds(2))).isEqualTo(CheckResult.up());
  }
}
