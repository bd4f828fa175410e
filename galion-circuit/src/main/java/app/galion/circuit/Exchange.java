package app.galion.circuit;

import app.galion.spi.Ticker;
import java.net.http.HttpHeaders;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * One HTTP exchange: how far it is, how long it may take, how it ended. The first verdict stands;
 * one that is reached before the exchange is over closes it (the client's own future is cancelled
 * and the body's subscription too, since either alone misses a stage) and only then is told on.
 */
final class Exchange {

  enum Mode {
    /* the caller waits for the whole body */
    WHOLE,
    /* the caller reads bytes while they come */
    BYTES,
    /* the caller reads server-sent events, whose end is in their content */
    EVENTS
  }

  private enum Stage {
    CONNECTING,
    WAITING,
    READING
  }

  private enum Limit {
    STAGE,
    TOTAL,
    DEADLINE
  }

  private static final long DRAIN_NANOS = 1_000_000_000L;

  final Mode mode;
  private final VendorCircuit circuit;
  private final Grant grant;
  private final Limits limits;
  private final Ticker ticker;
  private final long start;
  private final CompletableFuture<Verdict> ended = new CompletableFuture<>();
  private final AtomicReference<@Nullable Verdict> verdict = new AtomicReference<>();
  private final ReentrantLock arming = new ReentrantLock();
  private @Nullable Future<?> armed;
  private long armedFor;
  private volatile Stage stage;
  private volatile long touched;
  private volatile boolean silent = true;
  private volatile boolean bodyComplete;
  private volatile boolean aborted;
  private volatile @Nullable Future<?> future;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable ErrorCollector<?> error;
  private volatile @Nullable Runnable onClose;

  Exchange(Mode mode, VendorCircuit circuit, Grant grant, Limits limits, boolean seesConnect) {
    this.mode = mode;
    this.circuit = circuit;
    this.grant = grant;
    this.limits = limits;
    this.ticker = circuit.ticker();
    this.start = ticker.read();
    this.touched = start;
    this.stage = seesConnect ? Stage.CONNECTING : Stage.WAITING;
  }

  void started(Future<?> clientFuture) {
    future = clientFuture;
    if (aborted) { // a verdict alone may be that of an answer which was faster than this thread
      close();
    }
    arm();
  }

  void onClose(Runnable wake) {
    onClose = wake;
  }

  /* The request's body is asked for, so there is a connection. */
  void connected() {
    touched = ticker.read();
    if (stage == Stage.CONNECTING) {
      stage = Stage.WAITING;
      rearmBefore(touched + limits.firstByte());
    }
  }

  void uploaded() {
    touched = ticker.read();
  }

  void failing(ErrorCollector<?> collector) {
    error = collector;
  }

  void subscribed(Flow.Subscription bodySubscription) {
    subscription = bodySubscription;
    if (verdict.get() != null) {
      bodySubscription.cancel();
    }
  }

  /* silent: nobody has asked for more, so that quiet is not the vendor's. */
  void demanded() {
    if (silent) {
      silent = false;
      touched = ticker.read();
      rearm();
    }
  }

  private void rearm() {
    if (stage == Stage.READING && limits.gap() > 0) {
      rearmBefore(touched + limits.gap());
    }
  }

  void undemanded() {
    silent = true;
  }

  void received(boolean content) {
    touched = ticker.read();
    if (content && stage != Stage.READING) {
      stage = Stage.READING;
      rearm();
      if (mode != Mode.WHOLE && error == null) {
        circuit.gate().alive(grant);
      }
    }
  }

  void bodyComplete(boolean empty) {
    bodyComplete = true;
    silent = true;
    if (error != null || mode == Mode.EVENTS) {
      return; // whoever reads it knows better
    }
    settle(
        mode == Mode.BYTES && empty
            ? Verdict.of(Outcome.STREAM_BROKEN, "the answer was empty")
            : Verdict.ok());
  }

  void bodyFailed(Throwable cause) {
    ErrorCollector<?> collector = error;
    settle(
        collector != null
            ? collector.verdict()
            : Verdict.of(Outcome.STREAM_BROKEN, ErrorVerdict.text(cause)));
  }

  /* The exchange is over, or as good as over. */
  void settle(Verdict found) {
    if (verdict.compareAndSet(null, found)) {
      disarm();
      wake();
      if (mode == Mode.EVENTS && !bodyComplete) {
        circuit.timer().once(DRAIN_NANOS, this::close);
      }
      ended.complete(found);
    }
  }

  /* The exchange is not over, and shall be. */
  void abort(Verdict found) {
    if (verdict.compareAndSet(null, found)) {
      aborted = true;
      circuit.counters().aborted.increment();
      disarm();
      close();
      wake();
      ended.complete(found);
    }
  }

  private void close() {
    Flow.Subscription body = subscription;
    if (body != null) {
      body.cancel();
    }
    Future<?> running = future;
    if (running != null) {
      running.cancel(true);
    }
  }

  private void wake() {
    Runnable waiting = onClose;
    if (waiting != null) {
      waiting.run();
    }
  }

  @Nullable Verdict verdict() {
    return verdict.get();
  }

  CompletableFuture<Verdict> ended() {
    return ended;
  }

  private void arm() {
    rearmBefore(next());
  }

  private void rearmBefore(long deadline) {
    arming.lock();
    try {
      if (future == null || verdict.get() != null || (armed != null && armedFor - deadline <= 0)) {
        return;
      }
      if (armed != null) {
        armed.cancel(false);
      }
      armedFor = deadline;
      armed = circuit.timer().in(Math.max(0, deadline - ticker.read()), this::watch);
    } finally {
      arming.unlock();
    }
  }

  private void disarm() {
    arming.lock();
    try {
      if (armed != null) {
        armed.cancel(false);
      }
    } finally {
      arming.unlock();
    }
  }

  private void watch() {
    long now = ticker.read();
    if (now - next() < 0) {
      arming.lock();
      try {
        armed = null;
      } finally {
        arming.unlock();
      }
      arm();
      return;
    }
    Limit reached = Limit.STAGE;
    if (limits.deadline() > 0 && now - (start + limits.deadline()) >= 0) {
      reached = Limit.DEADLINE;
    } else if (now - (start + limits.total()) >= 0) {
      reached = Limit.TOTAL;
    }
    ErrorCollector<?> collector = error;
    abort(collector != null ? collector.verdict() : late(reached));
  }

  private long next() {
    long next = start + limits.total();
    if (limits.deadline() > 0) {
      next = earlier(next, start + limits.deadline());
    }
    return switch (stage) {
      case CONNECTING -> earlier(next, start + limits.connect());
      case WAITING -> earlier(next, touched + limits.firstByte());
      case READING -> limits.gap() > 0 && !silent ? earlier(next, touched + limits.gap()) : next;
    };
  }

  private static long earlier(long a, long b) {
    return a - b <= 0 ? a : b;
  }

  private Verdict late(Limit reached) {
    if (reached == Limit.DEADLINE) {
      return Verdict.of(Outcome.DEADLINE, "the caller's deadline of " + ms(limits.deadline()));
    }
    if (reached == Limit.TOTAL && stage == Stage.READING) {
      Outcome outcome = mode == Mode.WHOLE ? Outcome.STREAM_BROKEN : Outcome.DEADLINE;
      return Verdict.of(outcome, "not complete within " + ms(limits.total()));
    }
    return switch (stage) {
      case CONNECTING ->
          Verdict.of(Outcome.TRANSPORT, "no connection within " + ms(limits.connect()));
      case WAITING ->
          Verdict.of(Outcome.SLOW_START, "no first byte within " + ms(limits.firstByte()));
      case READING -> Verdict.of(Outcome.STREAM_BROKEN, "silent for " + ms(limits.gap()));
    };
  }

  private static String ms(long nanos) {
    return nanos / 1_000_000 + " ms";
  }

  Verdict classify(int status, HttpHeaders headers, byte[] body) {
    return circuit.classify(status, headers, body);
  }
}
