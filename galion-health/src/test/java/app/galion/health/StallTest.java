package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class StallTest {

  private static final Duration WITHIN = Duration.ofSeconds(5);
  private final FakeTicker ticker = new FakeTicker();

  @Nested
  final class OfAnExecutor {

    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final StallCheck check = new StallCheck(queue::add, WITHIN, ticker);

    private ErrorCode after(int seconds) {
      ticker.advance(Duration.ofSeconds(seconds));
      return check.check(WITHIN).code();
    }

    @Test
    void aTaskThatWaitsTooLongIsAStall() {
      assertThat(after(0)).isEqualTo(ErrorCode.NONE);
      assertThat(after(4)).isEqualTo(ErrorCode.NONE);
      assertThat(after(1)).isEqualTo(ErrorCode.STALLED);
    }

    @Test
    void onlyOneTaskWaitsHoweverLongTheStall() {
      for (int i = 0; i < 100; i++) {
        after(10);
      }
      assertThat(queue).hasSize(1);
    }

    @Test
    void anExecutorThatMovesAgainHasRecovered() {
      after(0);
      assertThat(after(6)).isEqualTo(ErrorCode.STALLED);
      queue.remove().run();
      assertThat(after(1)).isEqualTo(ErrorCode.NONE);
      assertThat(queue).hasSize(1);
    }

    @Test
    void aFullExecutorIsStalledAndAskedAgain() {
      boolean[] full = {true};
      Executor executor =
          task -> {
            if (full[0]) {
              throw new RejectedExecutionException("queue is full");
            }
            task.run();
          };
      StallCheck picky = new StallCheck(executor, WITHIN, ticker);
      assertThat(picky.check(WITHIN).code()).isEqualTo(ErrorCode.STALLED);
      full[0] = false;
      assertThat(picky.check(WITHIN).code()).isEqualTo(ErrorCode.NONE);
    }
  }

  @Test
  void anExecutorThatThrewIsAskedAgain() {
    boolean[] broken = {true};
    StallCheck check =
        new StallCheck(
            task -> {
              if (broken[0]) {
                throw new IllegalStateException("not yet started");
              }
              task.run();
            },
            WITHIN,
            ticker);
    assertThatIllegalStateException().isThrownBy(() -> check.check(WITHIN));
    broken[0] = false;
    ticker.advance(Duration.ofSeconds(60));
    assertThat(check.check(WITHIN).code()).isEqualTo(ErrorCode.NONE);
  }

  @Nested
  final class OfAWorker {

    private final Heartbeat heartbeat = Heartbeat.within(WITHIN, ticker);

    private ErrorCode after(int seconds) {
      ticker.advance(Duration.ofSeconds(seconds));
      return heartbeat.check(WITHIN).code();
    }

    @Test
    void aWorkerThatHasYetToBeginIsFine() {
      assertThat(after(100)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void anOverdueBeatIsAStallUntilTheNextBeat() {
      heartbeat.beat();
      assertThat(after(4)).isEqualTo(ErrorCode.NONE);
      assertThat(after(1)).isEqualTo(ErrorCode.STALLED);
      heartbeat.beat();
      assertThat(after(0)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void anIdleWorkerNeedNotBeat() {
      heartbeat.beat();
      heartbeat.idle();
      assertThat(after(100)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aTimeThatIsNoneIsRefused() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Heartbeat.within(Duration.ZERO))
          .withMessage("within PT0S must be > 0");
    }
  }
}
