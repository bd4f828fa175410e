package app.galion.health;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where checks and listeners run: a thread for each check and one for all listeners. */
final class Workshop {

  private static final int QUEUED_TRANSITIONS = 1024;

  private final List<ExecutorService> owned = new ArrayList<>();
  private final @Nullable ExecutorService told;
  private final Function<String, Executor> workers;
  private final Executor listeners;
  final boolean timed;

  /** Real threads and a timer. */
  Workshop(String service) {
    String prefix = "galion-health-" + service + "-";
    this.workers = name -> own(Threads.single(prefix + "check-" + name, 2));
    ExecutorService teller = Threads.single(prefix + "listeners", QUEUED_TRANSITIONS);
    this.told = teller;
    this.listeners = teller;
    this.timed = true;
  }

  /** Given executors and no timer: the holder calls {@link HealthEngine#turn()}. */
  Workshop(Function<String, Executor> workers, Executor listeners) {
    this.workers = workers;
    this.listeners = listeners;
    this.told = null;
    this.timed = false;
  }

  Executor worker(String check) {
    return workers.apply(check);
  }

  Executor listeners() {
    return listeners;
  }

  /** Interrupts what runs; what listeners have yet to hear they still do. */
  void close() {
    owned.forEach(ExecutorService::shutdownNow);
    if (told != null) {
      told.shutdown();
    }
  }

  private ExecutorService own(ExecutorService executor) {
    owned.add(executor);
    return executor;
  }
}
