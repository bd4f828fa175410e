package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {

  private static final Duration SHORT = Duration.ofMillis(30);

  @Test
  void asksUntilTheAnswerIsYes() {
    AtomicInteger asked = new AtomicInteger();

    Await.until("the third", Duration.ofSeconds(5), () -> asked.incrementAndGet() == 3);

    assertThat(asked).hasValue(3);
  }

  @Test
  void returnsTheFirstValue() {
    AtomicInteger asked = new AtomicInteger();

    String value =
        Await.value("a", Duration.ofSeconds(5), () -> asked.incrementAndGet() < 3 ? null : "v");

    assertThat(value).isEqualTo("v");
  }

  @Test
  void takesAnErrorForNotYetAndReportsTheLastOne() {
    assertThatThrownBy(
            () ->
                Await.until(
                    "pigs fly",
                    SHORT,
                    () -> {
                      throw new IOException("no wings");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("not within 30 ms, asked ")
        .hasMessageEndingWith("times: pigs fly")
        .hasRootCauseMessage("no wings");
  }

  @Test
  void asksAtLeastOnce() {
    Await.until("now", Duration.ZERO, () -> true);
  }

  @Test
  void endsWhenInterruptedAndKeepsTheFlag() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Await.until("never", Duration.ofSeconds(30), () -> false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("never");
    assertThat(Thread.interrupted()).isTrue();
  }
}
