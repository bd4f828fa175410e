package app.galion.reference;

import app.galion.spi.Ticker;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Watches open streams, and has each one pinged that was silent for too long. */
final class Pings implements AutoCloseable {

  private static final long SILENCE = TimeUnit.SECONDS.toNanos(2);

  private final ScheduledExecutorService clock;
  /* A ping blocks while its caller does not read, which must not delay the others'. */
  private final ExecutorService writers;

  Pings(String node) {
    clock = Executors.newSingleThreadScheduledExecutor(daemon(node, "ping-clock"));
    writers = Executors.newCachedThreadPool(daemon(node, "ping-writer"));
  }

  private static ThreadFactory daemon(String node, String job) {
    return work -> {
      Thread thread = new Thread(work, "galion-reference-" + node + "-" + job);
      thread.setDaemon(true);
      return thread;
    };
  }

  void watch(EventWriter stream) {
    later(stream, SILENCE);
  }

  private void later(EventWriter stream, long nanos) {
    try {
      var unused =
          clock.schedule(() -> writers.execute(() -> check(stream)), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      stream.abandon(); // this node is closing, and its streams with it
    }
  }

  private void check(EventWriter stream) {
    if (stream.isClosed()) {
      return;
    }
    long left = stream.lastWrite() + SILENCE - Ticker.system().read();
    if (left <= 0) {
      stream.ping();
      left = SILENCE;
    }
    later(stream, left);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    writers.shutdownNow();
  }
}
