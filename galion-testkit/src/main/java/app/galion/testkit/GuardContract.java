package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import app.galion.spi.Guard;
import app.galion.spi.Permit;
import org.junit.jupiter.api.Test;

/** What every {@link Guard} and its permits keep; extend it and give it yours. */
public abstract class GuardContract {

  private static final int ASKED_BY_EACH = 50;

  /** For subclasses. */
  protected GuardContract() {}

  /**
   * Returns a guard that grants the next permit.
   *
   * @return a new guard
   */
  protected abstract Guard granting();

  /**
   * Returns a guard that refuses, for some seconds at least.
   *
   * @return a new guard
   */
  protected abstract Guard refusing();

  @Test
  void grantsWithNothingToWaitFor() {
    Permit permit = granting().tryAcquire();
    assertThat(permit.granted()).isTrue();
    assertThat(permit.retryAfterNanos()).isZero();
    permit.success();
  }

  @Test
  void refusesAndSaysHowLongToWait() {
    Permit permit = refusing().tryAcquire();
    assertThat(permit.granted()).isFalse();
    assertThat(permit.retryAfterNanos()).isPositive();
  }

  @Test
  void endsOnceHoweverOftenItIsEnded() {
    for (int first = 0; first < 3; first++) {
      Permit permit = granting().tryAcquire();
      assertThat(permit.granted()).isTrue();
      for (int i = first; i < first + 6; i++) {
        end(permit, i % 3);
      }
    }
  }

  @Test
  void endingARefusalChangesNothing() {
    Guard guard = refusing();
    for (int how = 0; how < 3; how++) {
      Permit refusal = guard.tryAcquire();
      assertThat(refusal.granted()).isFalse();
      end(refusal, how);
    }
    assertThat(guard.tryAcquire().granted()).isFalse();
  }

  @Test
  void endsOnOtherThreadsThanItWasGrantedOn() {
    Permit permit = granting().tryAcquire();
    assertThat(permit.granted()).isTrue();
    Threads.together(() -> assertThatCode(permit::success).doesNotThrowAnyException());
  }

  @Test
  void answersManyThreadsAtOnce() {
    Guard guard = granting();
    Threads.together(
        () -> {
          for (int i = 0; i < ASKED_BY_EACH; i++) {
            Permit permit = guard.tryAcquire();
            assertThat(permit.retryAfterNanos())
                .as("retryAfterNanos, granted: %s", permit.granted())
                .isBetween(0L, permit.granted() ? 0L : Long.MAX_VALUE);
            end(permit, i % 3);
          }
        });
  }

  private static void end(Permit permit, int how) {
    switch (how) {
      case 0 -> permit.success();
      case 1 -> permit.failure(new IllegalStateException("the work failed"));
      default -> permit.ignore();
    }
  }
}
