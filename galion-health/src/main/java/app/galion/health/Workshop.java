package app.galion.health;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** Where checks and listeners run: a thread for each check and one for all listeners. */
final class Workshop {

  private static final int QUEUED_TRANSITIONS = 1024;

  private final List<ExecutorService> owned = new ArrayList<>();
  private final Function<String, Executor> workers;
  private final Executor listeners;
  final boolean timed;

  /** Real threads and a timer. */
  Workshop(String service) {
    String prefix = "galion-health-" + service + "-";
    this.workers = name -> own(Threads.single(prefix + "check-" + name, 2));
    this.listeners = own(Threads.single(prefix + "listeners", QUEUED_TRANSITIONS));
    this.timed = true;
  }

  /** Given executors and no timer: the holder calls {@link HealthEngine#turn()}. */
  Workshop(Function<String, Executor> workers, Executor listeners) {
    this.workers = workers;
    this.listeners = listeners;
    this.timed = false;
  }

  Executor worker(String check) {
    return workers.apply(check);
  }

  Executor listeners() {
    return listeners;
  }

  void close() {
    owned.forEach(ExecutorService::shutdown);
  }

  private ExecutorService own(ExecutorService executor) {
    owned.add(executor);
    return executor;
  }
}
