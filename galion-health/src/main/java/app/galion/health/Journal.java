package app.galion.health;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import app.galion.spi.ComponentId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Remembers the last transitions, logs each and tells the listeners, all on one thread. */
final class Journal {

  /** A transition with the text that only operators may read. */
  record Entry(Transition transition, String message) {}

  private static final int KEPT = 64;
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]");
  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  private final ComponentId id;
  private final List<HealthListener> listeners;
  private final Executor executor;
  private final Deque<Entry> last = new ArrayDeque<>();
  private final AtomicInteger untold = new AtomicInteger();
  private volatile boolean closed;

  Journal(ComponentId id, List<HealthListener> listeners, Executor executor) {
    this.id = id;
    this.listeners = List.copyOf(listeners);
    this.executor = executor;
  }

  /** Called with the board locked: nothing foreign runs here, not even a logger. */
  void add(List<Entry> entries) {
    for (Entry entry : entries) {
      synchronized (last) {
        if (last.size() == KEPT) {
          last.removeFirst();
        }
        last.addLast(entry);
      }
      if (closed) {
        continue;
      }
      try {
        executor.execute(() -> tell(entry));
      } catch (RejectedExecutionException full) {
        untold.incrementAndGet();
      }
    }
  }

  List<Entry> last() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  /** From here on transitions are remembered and nobody is told. */
  void close() {
    closed = true;
  }

  /** A message of several lines could pass for lines of others. */
  private static String oneLine(String message) {
    return CONTROL.matcher(message).replaceAll(" ");
  }

  private void tell(Entry entry) {
    int missed = untold.getAndSet(0);
    if (missed > 0) {
      LOG.log(WARNING, "{0}: a listener blocked, {1} transitions were not told", id, missed);
    }
    Transition transition = entry.transition();
    boolean bad = transition.code() != ErrorCode.NONE;
    LOG.log(
        bad ? WARNING : INFO,
        "{0}: {1} ''{2}'' {3} -> {4}{5}",
        id,
        transition.subject().name().toLowerCase(Locale.ROOT),
        transition.name(),
        transition.from(),
        transition.to(),
        bad ? " (" + transition.code().text() + "): " + oneLine(entry.message()) : "");
    for (HealthListener listener : listeners) {
      try {
        listener.onTransition(transition);
      } catch (RuntimeException | Error thrown) {
        LOG.log(WARNING, id + ": a listener failed at " + transition, thrown);
      }
    }
  }
}
