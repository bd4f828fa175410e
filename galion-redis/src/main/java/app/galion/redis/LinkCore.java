package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one link share: its threads, its clock, how a call is issued and how trouble is
 * worded. The keeper is the one thread on which connections come and go.
 */
final class LinkCore {

  private static final Logger LOG = System.getLogger("app.galion.redis");
  private static final long MAX_NANOS = TimeUnit.DAYS.toNanos(1);
  private static final long PROBE_MILLIS = 100;
  private static final long WATCH_MILLIS = 1000;

  private final ComponentId id;
  private final Settings settings;
  private final Ticker ticker;
  private final RedisClient client;
  private final LinkCounters counters = new LinkCounters();
  private final ScheduledThreadPoolExecutor keeper;
  private final Deadlines deadlines;
  private final AtomicLong epoch = new AtomicLong();
  private final Object changes = new Object();
  private final RedisUnavailableException closedRefusal;
  private volatile Route route;
  private volatile String lastTrouble = "";
  private volatile boolean closed;

  LinkCore(ComponentId id, Settings settings, RedisClient client, List<RedisURI> uris) {
    this.id = id;
    this.settings = settings;
    this.client = client;
    ticker = settings.ticker();
    keeper = new ScheduledThreadPoolExecutor(1, threads("keeper"));
    keeper.setRemoveOnCancelPolicy(true);
    deadlines =
        new Deadlines(
            ticker, threads("deadlines"), settings.suspectAfter().toNanos() / 5, this::patrol);
    closedRefusal = unavailable(Reason.CLOSED, false, "is closed; build another link", null);
    route = new SingleRoute(new Node(this, uris.get(0)));
  }

  void start() {
    deadlines.start();
    keep(route::start);
    Future<?> unused =
        keeper.scheduleWithFixedDelay(
            () -> guarded(this::watch), WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
  }

  ThreadFactory threads(String job) {
    return work -> {
      Thread thread = new Thread(work, "galion-redis-" + settings.app() + "-" + job);
      thread.setDaemon(true);
      return thread;
    };
  }

  ComponentId id() {
    return id;
  }

  Settings settings() {
    return settings;
  }

  Ticker ticker() {
    return ticker;
  }

  RedisClient client() {
    return client;
  }

  LinkCounters counters() {
    return counters;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  Route route() {
    return route;
  }

  RedisUnavailableException closedRefusal() {
    return closedRefusal;
  }

  boolean closed() {
    return closed;
  }

  long epoch() {
    return epoch.get();
  }

  String lastTrouble() {
    return lastTrouble;
  }

  // Calls.

  CompletableFuture<Reply> issue(
      Keyword keyword,
      @Nullable RedisScript script,
      byte @Nullable [] routingKey,
      List<byte[]> keys,
      List<byte[]> args,
      Duration deadline) {
    long nanos = nanos(deadline);
    counters.calls.increment();
    Node node = route.node(routingKey);
    Line line = Line.usable(node.line());
    if (line == null || closed) {
      return refused(closed ? closedRefusal : node.refusal());
    }
    long now = ticker.read();
    if (!line.enter(now)) {
      return refused(node.overloaded());
    }
    Call call = new Call(line, keyword, script, keys, args, now, nanos);
    deadlines.add(call);
    line.send(call);
    return call;
  }

  private CompletableFuture<Reply> refused(RedisUnavailableException refusal) {
    counters.failures(refusal.reason()).increment();
    return CompletableFuture.failedFuture(refusal);
  }

  private static long nanos(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("deadline " + deadline + " must be longer than zero");
    }
    return deadline.compareTo(Duration.ofDays(1)) >= 0 ? MAX_NANOS : deadline.toNanos();
  }

  /* The server's answer is an error; on a network thread. */
  void answeredWithError(Call call, String error) {
    RedisScript script = call.script();
    if (script != null && error.startsWith("NOSCRIPT") && call.getType() != Keyword.EVAL) {
      counters.unknownScripts.increment();
      repeat(call, call.line(), Keyword.EVAL);
      return;
    }
    if (error.startsWith("READONLY") && !call.line().node().info().replica()) {
      Node node = call.line().node();
      keep(() -> node.renew(call.line(), "the server became a replica"));
    }
    call.fail(
        Reason.ERROR,
        !ServerError.provesNothingDone(error),
        "was answered with an error to "
            + call
            + " by "
            + call.line().node().address()
            + ": "
            + error,
        null);
  }

  private void repeat(Call call, Line line, Keyword as) {
    if (!line.enter(ticker.read())) {
      call.fail(Reason.OVERLOADED, false, "has no room to repeat " + call, null);
      return;
    }
    Call again = call.again(line, as);
    line.send(again);
  }

  // Trouble, in words.

  RedisUnavailableException unavailable(
      Reason reason, boolean mayHaveExecuted, String what, @Nullable Throwable cause) {
    return new RedisUnavailableException(id, reason, mayHaveExecuted, id + " " + what, cause);
  }

  RedisUnavailableException timeout(Call call, long nanos, boolean sent) {
    return unavailable(
        Reason.TIMEOUT,
        sent,
        "had no answer to "
            + call
            + " from "
            + call.line().node().address()
            + " within "
            + TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0
            + " ms"
            + (sent ? "; it may have been executed" : "; it was not sent"),
        null);
  }

  static boolean answeredWithError(Throwable error) {
    return unwrap(error) instanceof RedisUnavailableException e && e.reason() == Reason.ERROR;
  }

  static boolean answered(Throwable error, String code) {
    Throwable cause = unwrap(error);
    String message = cause.getMessage();
    return answeredWithError(cause) && message != null && message.contains(": " + code);
  }

  static Throwable unwrap(Throwable error) {
    Throwable cause = error.getCause();
    return (error instanceof CompletionException || error instanceof ExecutionException)
            && cause != null
        ? unwrap(cause)
        : error;
  }

  static RuntimeException rethrow(Throwable error) {
    Throwable cause = unwrap(error);
    return cause instanceof RuntimeException e ? e : new CompletionException(cause);
  }

  /* The innermost cause in one line. Lettuce and the server name no secrets in theirs. */
  static String brief(Throwable error) {
    Throwable cause = error;
    for (Throwable next = cause.getCause(); next != null; next = next.getCause()) {
      cause = next;
    }
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  static String address(RedisURI uri) {
    if (!uri.getSentinels().isEmpty()) {
      StringBuilder out = new StringBuilder("primary '" + uri.getSentinelMasterId() + "' of");
      for (RedisURI sentinel : uri.getSentinels()) {
        out.append(' ').append(sentinel.getHost()).append(':').append(sentinel.getPort());
      }
      return out.toString();
    }
    return uri.getSocket() != null ? uri.getSocket() : uri.getHost() + ":" + uri.getPort();
  }

  void note(String what, Throwable error) {
    LOG.log(Level.DEBUG, () -> id + " " + what + ": " + brief(error));
  }

  // The keeper.

  void keep(Runnable work) {
    try {
      keeper.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  void keepAfter(long nanos, Runnable work) {
    try {
      Future<?> unused = keeper.schedule(() -> guarded(work), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, id + " could not keep its connections", e);
    }
  }

  private void watch() {
    for (Node node : route.nodes()) {
      node.watch();
    }
  }

  /* On the deadlines' thread, while calls wait. */
  private void patrol() {
    long now = ticker.read();
    long limit = settings.suspectAfter().toNanos();
    for (Node node : route.nodes()) {
      Line line = node.line();
      if (line != null && line.suspectIfSilent(now, limit)) {
        counters.suspicions.increment();
        changed();
        keep(() -> suspected(node, line));
      }
    }
  }

  private void suspected(Node node, Line line) {
    lastTrouble = "no answer from " + node.address() + " while calls wait";
    LOG.log(
        Level.WARNING,
        () ->
            id
                + " is SUSPECT: no answer from "
                + node.address()
                + " for "
                + settings.suspectAfter().toMillis()
                + " ms while "
                + line.waiting()
                + " calls wait; new calls fail at once, a PING every "
                + PROBE_MILLIS
                + " ms finds out");
    probe(node, line);
  }

  private void probe(Node node, Line line) {
    if (node.line() == line && line.suspect()) {
      node.probe();
      keepAfter(TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS), () -> probe(node, line));
    }
  }

  /* A suspect line has answered; on a network thread. */
  void trusted(Line line) {
    keep(
        () -> {
          LOG.log(Level.INFO, () -> id + " hears " + line.node().address() + " again");
          changed();
        });
  }

  void online(Node node) {
    counters.connects.increment();
    lastTrouble = "";
    LOG.log(Level.INFO, () -> id + " is connected to " + node.address());
    changed();
  }

  void offline(Node node, String why) {
    counters.disconnects.increment();
    lastTrouble = node.address() + ": " + why;
    LOG.log(Level.WARNING, () -> id + " lost " + node.address() + ": " + why + "; reconnecting");
    changed();
  }

  void failedToConnect(Node node, String why) {
    String trouble = node.address() + ": " + why;
    if (!trouble.equals(lastTrouble)) {
      LOG.log(Level.WARNING, () -> id + " cannot connect to " + trouble + "; it goes on trying");
    }
    lastTrouble = trouble;
  }

  /* A server is another one than before, or has lost its data. */
  void sighted(Node node) {
    long now = epoch.incrementAndGet();
    if (now > 1) {
      LOG.log(
          Level.INFO,
          () ->
              id + " begins epoch " + now + ": " + node.address() + " restarted or lost its data");
    }
  }

  /* The key that a flush of a server's data would remove. */
  byte[] markerKey() {
    return (settings.app() + ":f1:marker").getBytes(UTF_8);
  }

  int inFlight() {
    int waiting = 0;
    for (Node node : route.nodes()) {
      Line line = node.line();
      waiting += line == null ? 0 : line.waiting();
    }
    return waiting;
  }

  long serverMicros() {
    long now = ticker.read();
    long slowest = 0;
    for (Node node : route.nodes()) {
      long micros = node.clock().micros(now);
      if (micros != 0 && (slowest == 0 || micros < slowest)) {
        slowest = micros;
      }
    }
    return slowest;
  }

  // Availability.

  boolean available() {
    return !closed && route.available();
  }

  private void changed() {
    synchronized (changes) {
      changes.notifyAll();
    }
  }

  boolean awaitAvailable(Duration most) throws InterruptedException {
    long from = ticker.read();
    long nanos = most.toNanos();
    synchronized (changes) {
      while (!available() && !closed) {
        long left = nanos - (ticker.read() - from);
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(changes, left);
      }
    }
    return available();
  }

  void close() {
    closed = true;
    keep(() -> route.nodes().forEach(Node::end));
    keeper.shutdown();
    try {
      if (!keeper.awaitTermination(2, TimeUnit.SECONDS)) {
        keeper.shutdownNow();
      }
    } catch (InterruptedException e) {
      keeper.shutdownNow();
      Thread.currentThread().interrupt();
    }
    deadlines.close();
    changed();
  }
}
