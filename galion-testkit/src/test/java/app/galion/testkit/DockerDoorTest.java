package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DockerDoorTest {

  @Test
  void triesAFailingDockerOnceInARun() {
    AtomicBoolean failed = new AtomicBoolean();
    AtomicInteger tries = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      assertThat(
              DockerDoor.start(
                  "redis:none",
                  image -> {
                    tries.incrementAndGet();
                    throw new IllegalStateException("cannot pull " + image);
                  },
                  failed,
                  Duration.ofMinutes(1)))
          .isEmpty();
    }
    assertThat(tries).hasValue(1);
  }

  @Test
  void doesNotWaitForAPullWithoutEndAndStopsWhatComesTooLate() throws InterruptedException {
    AtomicBoolean failed = new AtomicBoolean();
    CountDownLatch pulled = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    assertThat(
            DockerDoor.start(
                "redis:far",
                image -> {
                  try {
                    pulled.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return new DockerDoor.Container("redis://late", stopped::countDown);
                },
                failed,
                Duration.ofMillis(10)))
        .isEmpty();
    assertThat(failed).isTrue();
    pulled.countDown();
    assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
