package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.Reply;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LaneTest {

  static final LimitKey KEY = RatePolicy.tokenBucket("p", 1, Duration.ofMinutes(1)).by("user");
  static final RatePolicy OTHER = RatePolicy.tokenBucket("p", 2, Duration.ofMinutes(1));

  static final RatePolicy WIDE =
      OTHER.and(3, Duration.ofHours(1)).and(4, Duration.ofHours(2)).and(5, Duration.ofHours(3));

  final List<Integer> sent = new ArrayList<>();
  final Queue<CompletableFuture<Reply>> underWay = new ArrayDeque<>();
  volatile boolean refuses;
  volatile boolean breaks;
  volatile boolean keepsComing;
  volatile @Nullable Ask last;

  final Lane lane =
      new Lane(
          new Lane.Carrier() {
            @Override
            public CompletableFuture<Reply> send(Batch batch) {
              if (refuses) {
                throw new IllegalStateException("no way");
              }
              if (breaks) {
                throw new NoClassDefFoundError("no such thing");
              }
              sent.add(batch.size());
              CompletableFuture<Reply> call = new CompletableFuture<>();
              underWay.add(call);
              return call;
            }

            @Override
            public void arrived(Batch batch, @Nullable Reply reply, @Nullable Throwable error) {
              if (keepsComing) {
                last = submit();
              }
              batch.fail(new IllegalStateException("arrived", error));
            }
          },
          new IllegalStateException("overloaded"));

  private Ask submit() {
    return submit(KEY);
  }

  private Ask submit(LimitKey key) {
    Ask ask = new Ask(key.alone());
    lane.submit(ask);
    return ask;
  }

  /** As many calls as may be under way, of one request each. */
  private void fill() {
    submit();
    answer();
    sent.clear();
    for (int i = 0; i < Lane.MOST_UNDER_WAY; i++) {
      submit();
    }
    assertThat(sent).containsOnly(1).hasSize(Lane.MOST_UNDER_WAY);
    sent.clear();
  }

  /** Ends the oldest call. */
  private void answer() {
    underWay.remove().complete(null);
  }

  @Test
  void sendsTheFirstAtOnceAndTheOthersTogetherAfterThem() {
    fill();
    submit();
    submit();
    submit();
    assertThat(sent).isEmpty();
    answer();
    assertThat(sent).containsExactly(3);
    answer();
    submit();
    assertThat(sent).as("there is room at once").containsExactly(3, 1);
  }

  @Test
  void sendsOneByOneUntilACallIsAnsweredSinceTheServerMayNotKnowTheScript() {
    submit();
    submit();
    assertThat(sent).containsExactly(1);
    underWay.remove().completeExceptionally(new IllegalStateException("an error"));
    assertThat(sent).containsExactly(1, 1);
    submit();
    submit();
    assertThat(sent).as("not answered yet").containsExactly(1, 1);
    answer();
    submit();
    assertThat(sent).containsExactly(1, 1, 2, 1);
  }

  @Test
  void whatWaitsIsBoundedHoweverLongRedisTakes() {
    fill();
    for (int i = 0; i < 8_192; i++) {
      assertThat(submit()).isNotDone();
    }
    assertThatThrownBy(() -> submit().getNow(null)).hasRootCauseMessage("overloaded");
    answer();
    answer();
    answer();
    assertThat(sent).as("no call carries more than 4096").containsExactly(4_096, 4_096);
    assertThat(submit()).isNotDone();
  }

  @Test
  void whatItsCallerGaveUpIsNeverSent() {
    fill();
    Ask gone = submit();
    submit();
    gone.withdraw();
    assertThat(gone).as("ended at once").isCompletedExceptionally();
    assertThat(gone.giveUp()).isNull();
    answer();
    assertThat(sent).containsExactly(1);
  }

  @Test
  void twoPoliciesOfOneNameGoOneAfterTheOther() {
    fill();
    submit(KEY);
    submit(OTHER.by("user"));
    submit(KEY);
    answer();
    answer();
    answer();
    assertThat(sent).containsExactly(1, 1, 1);
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aCallerIsNotKeptToAnswerOthersWhileCallsFailAtOnce() {
    refuses = true;
    keepsComing = true;
    Ask ask = submit();
    assertThat(ask).as("the caller is back, with an answer").isCompletedExceptionally();
    keepsComing = false;
    Await.until("the lane is at rest", Duration.ofSeconds(10), () -> submit().isDone());
  }

  @Test
  void whileACallIsUnderWayItsEndGoesOnWhereACallerStopped() {
    fill();
    answer();
    refuses = true;
    keepsComing = true;
    assertThat(submit()).isCompletedExceptionally();
    assertThat(last).as("of those that came meanwhile").isNotDone();
    keepsComing = false;
    refuses = false;
    while (!underWay.isEmpty()) {
      answer();
    }
    assertThat(sent).containsExactly(1);
    assertThat(last).isCompletedExceptionally();
  }

  @Test
  void aCallHoldsUpTheServerForABoundedTime() {
    fill();
    for (int i = 0; i < 2_000; i++) {
      LimitKey[] keys = new LimitKey[1 + i % 2];
      for (int k = 0; k < keys.length; k++) {
        keys[k] = WIDE.by("user" + k);
      }
      lane.submit(new Ask(Request.of(1, keys)));
    }
    answer();
    assertThat(sent.get(0)).as("unequal requests of 4 or 8 limits").isBetween(600, 800);
  }

  @Test
  void anErrorEndsItsBatchAndNotTheLane() {
    refuses = true;
    assertThat(submit()).isCompletedExceptionally();
    refuses = false;
    assertThat(submit()).isNotDone();
    assertThat(sent).containsExactly(1);
  }

  @Test
  void aFaultOfTheProgramEndsItsBatchAndNotTheLane() {
    breaks = true;
    for (int i = 0; i < 2 * Lane.MOST_UNDER_WAY; i++) {
      assertThat(submit()).isCompletedExceptionally();
    }
    breaks = false;
    assertThat(submit()).isNotDone();
    assertThat(sent).containsExactly(1);
  }
}
