package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BadCheckTest {

  private static final String SECRET = "hunter2-canary";

  private final Knob knob = Knob.up();
  private final ManualEngine manual =
      ManualEngine.started(builder -> builder.check("bad", knob, Impact.CRITICAL));

  private ErrorCode after(HealthCheck behaviour) {
    knob.set(behaviour);
    manual.passSeconds(20);
    assertThat(manual.view("bad").state()).isEqualTo(CheckState.DOWN);
    return manual.view("bad").code();
  }

  @SuppressWarnings("NullAway")
  private static <T> T nothing() {
    return (T) null;
  }

  @Test
  void anExceptionIsAFailureWithACode() {
    assertThat(after(deadline -> fail(new IllegalStateException(SECRET))))
        .isEqualTo(ErrorCode.FAILED);
    assertThat(after(deadline -> fail(new ConnectException(SECRET)))).isEqualTo(ErrorCode.REFUSED);
    assertThat(after(deadline -> fail(new UnknownHostException(SECRET)))).isEqualTo(ErrorCode.DNS);
    assertThat(after(deadline -> fail(new RuntimeException(new TimeoutException(SECRET)))))
        .isEqualTo(ErrorCode.TIMEOUT);
  }

  @Test
  void anErrorIsAFailureToo() {
    assertThat(after(deadline -> fail(new StackOverflowError()))).isEqualTo(ErrorCode.FAILED);
    assertThat(after(deadline -> fail(new NoClassDefFoundError(SECRET))))
        .isEqualTo(ErrorCode.FAILED);
  }

  @Test
  void nullIsNoResult() {
    assertThat(after(deadline -> nothing())).isEqualTo(ErrorCode.NO_RESULT);
  }

  @Test
  void anExceptionWhoseTextThrowsAnErrorDoesNotStopTheCheck() {
    assertThat(after(deadline -> fail(new Unreadable()))).isEqualTo(ErrorCode.FAILED);
    knob.mend();
    manual.passSeconds(20);
    assertThat(manual.view("bad").state()).isEqualTo(CheckState.UP);
  }

  @Test
  void aDownWithoutAReasonStillHasACode() {
    assertThat(CheckResult.down(ErrorCode.NONE, "").code()).isEqualTo(ErrorCode.FAILED);
  }

  @Test
  void aCycleOfCausesEnds() {
    IllegalStateException one = new IllegalStateException("one");
    one.initCause(new IllegalStateException("two", one));
    assertThat(Failures.code(one)).isEqualTo(ErrorCode.FAILED);
  }

  @Test
  void aFloodOfDataIsCut() {
    Map<String, Object> flood = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      flood.put("key" + i, "x".repeat(1000));
    }
    CheckResult result = CheckResult.up(flood);
    assertThat(result.data()).hasSize(32);
    assertThat(result.data().values()).allMatch(value -> value.toString().length() <= 513);
    assertThat(CheckResult.down(ErrorCode.FAILED, "y".repeat(100_000)).message()).hasSize(513);
  }

  @Test
  void noPublicBodyCarriesASecretOrAStackTrace() {
    after(deadline -> fail(new IllegalStateException("password=" + SECRET)));
    for (String path :
        new String[] {
          "/health",
          "/health/live",
          "/health/ready",
          "/health/startup",
          "/health/drain",
          "/health/detailed",
          "/health/group/x"
        }) {
      assertThat(manual.text(path)).doesNotContain(SECRET, "Exception", "at app.", "\\tat");
    }
    assertThat(manual.engine.get("GET", "/health/detailed", Access.OPERATOR).text())
        .contains(SECRET)
        .doesNotContain("BadCheckTest.java");
  }

  @Test
  void noThreadForARunIsAFailureOfThatRunAlone() {
    boolean[] exhausted = {true};
    HealthEngine engine =
        HealthEngine.builder("poor")
            .ticker(manual.ticker)
            .check("database", Knob.up(), Impact.CRITICAL)
            .build(
                new Workshop(
                    name ->
                        task -> {
                          if (exhausted[0]) {
                            throw new OutOfMemoryError("unable to create native thread");
                          }
                          task.run();
                        },
                    Runnable::run));
    engine.start();
    engine.turn();
    assertThat(engine.snapshot().ready()).isFalse();
    exhausted[0] = false;
    manual.ticker.advance(java.time.Duration.ofSeconds(6));
    engine.turn();
    assertThat(engine.snapshot().ready()).isTrue();
  }

  private static CheckResult fail(Throwable thrown) throws Exception {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (Exception) thrown;
  }

  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public @Nullable String getMessage() {
      throw new NoClassDefFoundError("the driver is gone");
    }
  }
}
