package app.galion.health;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A check that finds what the test sets. */
final class Knob implements HealthCheck {

  final AtomicInteger runs = new AtomicInteger();
  private volatile HealthCheck behaviour = deadline -> CheckResult.up();

  static Knob up() {
    return new Knob();
  }

  static Knob down() {
    Knob knob = new Knob();
    knob.fail();
    return knob;
  }

  void fail() {
    set(deadline -> CheckResult.down(ErrorCode.REFUSED, "refused by the test"));
  }

  void mend() {
    set(deadline -> CheckResult.up());
  }

  void set(HealthCheck other) {
    behaviour = other;
  }

  @Override
  public CheckResult check(Duration deadline) throws Exception {
    runs.incrementAndGet();
    return behaviour.check(deadline);
  }
}
