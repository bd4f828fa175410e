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
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one link share: its threads, its clock, its route, and what has happened to it.
 */
final class LinkCore {

  private static final Logger LOG = System.getLogger("app.galion.redis");
  private static final long WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ComponentId id;
  private final Settings settings;
  private final Ticker ticker;
  private final RedisClient client;
  private final LinkCounters counters = new LinkCounters();
  private final Keeper keeper;
  private final Calls calls = new Calls(this);
  private final Suspicion suspicion = new Suspicion(this);
  private final Deadlines deadlines;
  private final AtomicLong epoch = new AtomicLong();
  private final Object changes = new Object();
  private final RedisUnavailableException closedRefusal;
  private volatile Route route;
  private volatile String lastTrouble = "";
  private volatile boolean closed;
  private volatile Runnable rerouted = () -> {};

  LinkCore(ComponentId id, Settings settings, RedisClient client, List<RedisURI> uris) {
    this.id = id;
    this.settings = settings;
    this.client = client;
    ticker = settings.ticker();
    keeper = new Keeper(id, threads("keeper"));
    deadlines =
        new Deadlines(
            ticker, threads("deadlines"), settings.suspectAfter().toNanos() / 5, suspicion::patrol);
    closedRefusal = unavailable(Reason.CLOSED, false, "is closed; build another link", null);
    route =
        uris.size() > 1
            ? new ClusterRoute(this, uris)
            : new SingleRoute(
                uris.get(0).getSentinels().isEmpty() ? Topology.STANDALONE : Topology.SENTINEL,
                new Node(this, uris.get(0)),
                markerKey(""));
  }

  /* Whoever listens to channels must move when the route changes. */
  void start(Runnable whenRerouted) {
    rerouted = whenRerouted;
    deadlines.start();
    keeper.run(route::start);
    keeper.runEvery(WATCH_NANOS, () -> route.watch());
  }

  /* The one server turns out to be one of a cluster's; on the keeper's thread. */
  void foundCluster(Node node) {
    if (!closed && route.topology() == Topology.STANDALONE) {
      LOG.log(Level.INFO, () -> id + " finds a cluster at " + node.address());
      route = new ClusterRoute(this, List.of(node.uri()));
      node.retire();
      route.start();
    }
  }

  void rerouted() {
    rerouted.run();
    changed();
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

  Keeper keeper() {
    return keeper;
  }

  Calls calls() {
    return calls;
  }

  Suspicion suspicion() {
    return suspicion;
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

  void note(String what, Throwable error) {
    LOG.log(Level.DEBUG, () -> id + " " + what + ": " + Trouble.brief(error));
  }

  void troubled(String what) {
    lastTrouble = what;
    changed();
  }

  void online(Node node) {
    counters.connects.increment();
    lastTrouble = "";
    LOG.log(Level.INFO, () -> id + " is connected to " + node.address());
    rerouted();
  }

  void offline(Node node, String why) {
    counters.disconnects.increment();
    lastTrouble = node.address() + ": " + why;
    LOG.log(Level.WARNING, () -> id + " lost " + node.address() + ": " + why + "; reconnecting");
    route.refresh();
    changed();
  }

  void failedToConnect(Node node, String why) {
    String trouble = node.address() + ": " + why;
    if (!trouble.equals(lastTrouble)) {
      LOG.log(Level.WARNING, () -> id + " cannot connect to " + trouble + "; it goes on trying");
    }
    lastTrouble = trouble;
    route.refresh();
  }

  /* A server is another one than before, or has lost its data. */
  void sighted(Node node) {
    long now = epoch.incrementAndGet();
    if (now > 1) {
      LOG.log(
          Level.INFO,
          () ->
              id
                  + " begins epoch "
                  + now
                  + ": "
                  + node.address()
                  + " is new to it, restarted or lost its data");
    }
  }

  /* The key that a flush of a server's data would remove. */
  byte[] markerKey(String tag) {
    return (settings.app() + ":f1:" + tag + "marker").getBytes(UTF_8);
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
      while (closed || !route.complete()) {
        if (closed) {
          return false;
        }
        long left = nanos - (ticker.read() - from);
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(changes, left);
      }
    }
    return true;
  }

  void close() {
    closed = true;
    keeper.close(() -> route.nodes().forEach(Node::end));
    deadlines.close();
    changed();
  }
}
