package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

final class JournalTest {

  private final Knob database = Knob.up();

  private ManualEngine engine() {
    return ManualEngine.started(builder -> builder.check("database", database, Impact.CRITICAL));
  }

  private static List<String> lines(ManualEngine manual) {
    return manual.told.stream()
        .map(
            transition ->
                transition.subject()
                    + " "
                    + transition.name()
                    + " "
                    + transition.from()
                    + ">"
                    + transition.to()
                    + " "
                    + transition.code())
        .toList();
  }

  @Test
  void eachTransitionIsToldOnceAndInOrder() {
    ManualEngine manual = engine();
    database.fail();
    manual.passSeconds(60);
    database.mend();
    manual.passSeconds(60);
    assertThat(lines(manual))
        .containsExactly(
            "CHECK database unknown>up NONE",
            "READINESS galion-api not_ready>ready NONE",
            "PHASE galion-api starting>serving NONE",
            "CHECK database up>down REFUSED",
            "READINESS galion-api ready>not_ready NONE",
            "CHECK database down>up NONE",
            "READINESS galion-api not_ready>ready NONE");
    assertThat(manual.told).allMatch(told -> told.at().equals(ManualEngine.CLOCK.instant()));
  }

  @Test
  void aListenerThatThrowsHarmsNobody() {
    List<Transition> second = new CopyOnWriteArrayList<>();
    ManualEngine manual =
        ManualEngine.started(
            builder ->
                builder
                    .check("database", database, Impact.CRITICAL)
                    .listener(
                        transition -> {
                          throw new AssertionError("pager is down");
                        })
                    .listener(second::add));
    assertThat(manual.engine.snapshot().ready()).isTrue();
    assertThat(second).hasSize(3);
  }

  @Test
  void aListenerThatBlocksHoldsUpNeitherChecksNorProbes() {
    CountDownLatch never = new CountDownLatch(1);
    HealthEngine engine =
        HealthEngine.builder("blocked")
            .check("database", database, Impact.CRITICAL)
            .listener(
                transition -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                })
            .build();
    try (engine) {
      engine.start();
      Await.until("ready", Duration.ofSeconds(20), () -> engine.snapshot().ready());
    } finally {
      never.countDown();
    }
  }

  @Test
  void whatCouldNotBeToldIsStillRemembered() {
    ManualEngine manual = engine();
    int told = manual.told.size();
    manual.listening(false);
    database.fail();
    manual.passSeconds(20);
    assertThat(manual.told).hasSize(told);
    assertThat(manual.engine.get("GET", "/health/detailed", Access.OPERATOR).text())
        .contains("\"from\":\"up\",\"to\":\"down\",\"code\":\"refused\"");
    manual.listening(true);
    database.mend();
    manual.passSeconds(20);
    assertThat(manual.told).hasSize(told + 2);
  }

  @Test
  void aMessageOfSeveralLinesIsLoggedAsOne() {
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(new SimpleFormatter().formatMessage(line));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Journal.class.getName());
    logger.addHandler(handler);
    try {
      ManualEngine manual = engine();
      database.set(deadline -> CheckResult.down(ErrorCode.AUTH, "no\r\nINFO: admin logged in"));
      manual.passSeconds(20);
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(lines)
        .anyMatch(line -> line.endsWith("up -> down (auth): no  INFO: admin logged in"))
        .noneMatch(line -> line.contains("\n"));
  }

  @Test
  void onlyTheLast64TransitionsAreKept() {
    ManualEngine manual = engine();
    for (int i = 0; i < 40; i++) {
      database.fail();
      manual.passSeconds(20);
      database.mend();
      manual.passSeconds(20);
    }
    assertThat(manual.engine.get("GET", "/health/detailed", Access.OPERATOR).text().split("\"at\""))
        .hasSize(64 + 1);
  }
}
