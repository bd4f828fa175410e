package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RealRedisTest {

  @RealRedis private static RedisServer shared;

  @RealRedis(own = true)
  private static RedisServer ofTheClass;

  private static String uriOfTheClass;

  @RealRedis(own = true)
  private RedisServer ofTheTest;

  @BeforeAll
  static void remember() {
    uriOfTheClass = ofTheClass.uri();
  }

  @Test
  void sharesOneServerInTheWholeRun(@RealRedis RedisServer again) {
    assertThat(again.uri()).isEqualTo(shared.uri());
    assertThat(again.command("PING")).isEqualTo("PONG");
  }

  @Test
  void closingTheSharedServerLeavesItToTheOthers(@RealRedis RedisServer again) {
    again.close();
    assertThat(shared.command("PING")).isEqualTo("PONG");
  }

  @Test
  void nobodyCanKillTheSharedServer() {
    assertThat(shared.own()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> shared.kill())
        .withMessageContaining("@RealRedis(own = true)");
  }

  @Test
  void givesEveryParameterItsOwn(
      @RealRedis(own = true) RedisServer first, @RealRedis(own = true) RedisServer second) {
    assertThat(first.uri()).isNotEqualTo(second.uri()).isNotEqualTo(ofTheTest.uri());
    first.kill();
    assertThat(second.command("PING")).isEqualTo("PONG");
  }

  @Test
  void keepsTheServerOfAStaticFieldForTheClass() {
    assertThat(ofTheClass.uri()).isEqualTo(uriOfTheClass).isNotEqualTo(ofTheTest.uri());
    assertThat(ofTheClass.command("PING")).isEqualTo("PONG");
  }

  @Nested
  class InANestedClass {

    @RealRedis private RedisServer inner;

    @Test
    void fillsItsFieldsAndThoseAroundIt() {
      assertThat(inner.uri()).isEqualTo(shared.uri());
      assertThat(ofTheTest.command("PING")).isEqualTo("PONG");
    }
  }
}
