package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

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
                  failed))
          .isEmpty();
    }
    assertThat(tries).hasValue(1);
  }
}
