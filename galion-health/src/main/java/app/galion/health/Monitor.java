package app.galion.health;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Ticker;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs one check, one run at a time, and keeps its {@link Course}. */
final class Monitor {

  /** What the check is for. */
  enum Role {
    READINESS,
    LIVENESS,
    METRICS
  }

  final String name;
  final Role role;
  final Impact impact;
  final Plan plan;
  final LongAdder successes = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder timeouts = new LongAdder();
  private final HealthCheck check;
  private final Ticker ticker;
  private final DoubleSupplier random;
  private final Executor worker;
  private final Runnable changed;
  private final AtomicReference<Course> course;
  private volatile @Nullable Thread running;

  Monitor(
      Registration registration,
      Plan plan,
      Ticker ticker,
      DoubleSupplier random,
      Executor worker,
      Runnable changed) {
    this.name = registration.name();
    this.role = registration.role();
    this.impact = registration.impact();
    this.check = registration.check();
    this.plan = plan;
    this.ticker = ticker;
    this.random = random;
    this.worker = worker;
    this.changed = changed;
    this.course = new AtomicReference<>(Course.initial(ticker.read()));
  }

  Course course() {
    return requireNonNull(course.get());
  }

  CheckState stateAt(long now) {
    return course().standing().stateAt(now, plan);
  }

  /** Starts what is due and counts what is overdue. Called by the timer alone. */
  void turn(long now) {
    if (course().due(now)) {
      start(now);
      return;
    }
    Course before = course();
    Course.Run run = before.run();
    if (run != null && now - before.nextEvent(plan) >= 0) {
      CheckResult timeout = timeout(now - run.startedAt());
      double jitter = random.getAsDouble();
      if (update(current -> current.overdue(now, timeout, plan, jitter))) {
        timeouts.increment();
        changed.run();
      }
    }
  }

  long nextEvent() {
    return course().nextEvent(plan);
  }

  private void start(long now) {
    long id = course().nextRun();
    update(current -> current.begin(now));
    try {
      worker.execute(() -> run(id));
    } catch (RuntimeException | Error noThread) {
      finish(id, CheckResult.down(ErrorCode.FAILED, Failures.describe(noThread)));
    }
  }

  private void run(long id) {
    running = Thread.currentThread();
    CheckResult result;
    try {
      result = check.check(plan.deadlineDuration());
      if (result == null) {
        result = CheckResult.down(ErrorCode.NO_RESULT, "the check returned null");
      }
    } catch (Throwable thrown) {
      result = Failures.classify(thrown);
    } finally {
      running = null;
    }
    finish(id, result);
  }

  private void finish(long id, CheckResult result) {
    long now = ticker.read();
    double jitter = random.getAsDouble();
    boolean late = course().stuck();
    if (update(current -> current.finish(id, result, now, plan, jitter)) && !late) {
      (result.failure() ? failures : successes).increment();
    }
    changed.run();
  }

  private boolean update(UnaryOperator<Course> step) {
    while (true) {
      Course before = course();
      Course after = step.apply(before);
      if (after.equals(before)) {
        return false;
      }
      if (course.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  private CheckResult timeout(long nanos) {
    return CheckResult.down(
        ErrorCode.TIMEOUT,
        "no answer after "
            + nanos / 1_000_000
            + " ms (deadline "
            + plan.deadline() / 1_000_000
            + " ms)");
  }

  /** Where a run that passed its deadline hangs, for operators. */
  StackTraceElement[] stuckAt() {
    Thread thread = running;
    return thread == null || !course().stuck() ? new StackTraceElement[0] : thread.getStackTrace();
  }
}
