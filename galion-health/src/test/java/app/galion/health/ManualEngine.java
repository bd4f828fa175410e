package app.galion.health;

import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

/** An engine without threads: the test turns it, and holds runs of checks back where it likes. */
final class ManualEngine {

  static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_250L));
  private static final Duration STEP = Duration.ofMillis(100);

  final FakeTicker ticker = new FakeTicker();
  final List<Transition> told = new CopyOnWriteArrayList<>();
  final HealthEngine engine;
  private final Map<String, Deque<Runnable>> held = new HashMap<>();
  private boolean listening = true;

  private ManualEngine(UnaryOperator<HealthEngine.Builder> settings) {
    HealthEngine.Builder builder =
        HealthEngine.builder("galion-api")
            .ticker(ticker)
            .clock(CLOCK)
            .random(() -> 0.5)
            .listener(told::add);
    engine =
        settings.apply(builder).build(new Workshop(name -> task -> run(name, task), this::tell));
  }

  static ManualEngine of(UnaryOperator<HealthEngine.Builder> settings) {
    return new ManualEngine(settings);
  }

  static ManualEngine started(UnaryOperator<HealthEngine.Builder> settings) {
    ManualEngine manual = of(settings);
    manual.engine.start();
    manual.engine.turn();
    return manual;
  }

  private void run(String name, Runnable task) {
    Deque<Runnable> waiting = held.get(name);
    if (waiting == null) {
      task.run();
    } else {
      waiting.add(task);
    }
  }

  private void tell(Runnable task) {
    if (!listening) {
      throw new RejectedExecutionException("nobody listens");
    }
    task.run();
  }

  void listening(boolean value) {
    listening = value;
  }

  /** From here on runs of this check hang. */
  void hold(String name) {
    held.put(name, new ArrayDeque<>());
  }

  int held(String name) {
    return held.getOrDefault(name, new ArrayDeque<>()).size();
  }

  /** Lets what hangs go on. */
  void release(String name) {
    Deque<Runnable> waiting = held.remove(name);
    if (waiting != null) {
      waiting.forEach(Runnable::run);
    }
  }

  /** Time passes, and the timer does its work. */
  void pass(Duration time) {
    for (Duration left = time; !left.isZero(); ) {
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      ticker.advance(step);
      engine.turn();
      left = left.minus(step);
    }
  }

  void passSeconds(long seconds) {
    pass(Duration.ofSeconds(seconds));
  }

  HttpResult get(String path) {
    return engine.get("GET", path);
  }

  String text(String path) {
    return get(path).text();
  }

  int status(String path) {
    return get(path).status();
  }

  CheckView view(String name) {
    CheckView view = engine.snapshot().check(name);
    if (view == null) {
      throw new AssertionError("no check " + name);
    }
    return view;
  }
}
