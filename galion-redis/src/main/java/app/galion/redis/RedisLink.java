package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import app.galion.spi.ComponentId;
import app.galion.spi.Fleet;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Ticker;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An application's one connection to Redis: standalone, Sentinel or Cluster. Every call ends within
 * its deadline; while Redis is away or silent, calls fail at once; nothing is queued without bound,
 * and nothing is sent twice.
 *
 * <p>Thread-safe. Futures complete on a network or timer thread: attach only work that is cheap and
 * does not block, or use the {@code …Async} methods of {@link CompletableFuture}; synchronous
 * callers wait with {@link #join}. Lists and arrays that are handed in must not be changed until
 * the future has completed.
 */
public final class RedisLink implements HealthProbe, AutoCloseable {

  private final LinkCore core;
  private final Transport transport;
  private final Bus bus;
  private final Object fleetLock = new Object();
  private volatile @Nullable RedisFleet fleet;

  private RedisLink(Builder builder, Settings settings) {
    transport = Transport.open(builder.clientResources, builder.sslOptions, settings);
    core =
        new LinkCore(
            new ComponentId("redis", settings.app()),
            settings,
            transport.client(),
            transport.adapt(builder.uris));
    bus = new Bus(core, transport);
    core.start(bus::placeAll);
    bus.start();
  }

  /**
   * Starts building a link.
   *
   * @param app the application, which is the prefix of every key and channel: 1 to 100 letters,
   *     digits, {@code . _ -}
   * @param uris one address, {@code redis://}, {@code rediss://} or {@code redis-sentinel://}, or
   *     several of a cluster's, separated by commas
   * @return a builder
   * @throws IllegalArgumentException if the app or an address is malformed
   */
  public static Builder builder(String app, String uris) {
    return new Builder(app, Addresses.parse(uris));
  }

  /**
   * Starts building a link to addresses with credentials providers, client names and the like.
   *
   * @param app the application, which is the prefix of every key and channel: 1 to 100 letters,
   *     digits, {@code . _ -}
   * @param uris one address, or several of a cluster's
   * @return a builder
   * @throws IllegalArgumentException if the app is malformed or there is no address
   */
  public static Builder builder(String app, List<RedisURI> uris) {
    return new Builder(app, uris);
  }

  /**
   * Returns the application.
   *
   * @return the prefix of every key and channel
   */
  public String app() {
    return core.settings().app();
  }

  /**
   * Returns how the servers are arranged.
   *
   * @return the topology; one address is taken for a standalone server until it turns out, with the
   *     first connection, to be one of a cluster's
   */
  public Topology topology() {
    return core.route().topology();
  }

  /**
   * Returns whether calls are sent at this moment.
   *
   * @return false while there is no connection, or one that is suspect; in a cluster, while that is
   *     so for every primary
   */
  public boolean available() {
    return core.available();
  }

  /**
   * Waits until calls are sent, in a cluster to every primary. For tests and batch jobs; a service
   * starts without waiting.
   *
   * @param most how long to wait
   * @return false if the link did not become available, or was closed
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean awaitAvailable(Duration most) throws InterruptedException {
    return core.awaitAvailable(most);
  }

  /**
   * Makes a key.
   *
   * @param suffix what follows the application and a colon
   * @return the key's bytes, {@code <app>:<suffix>}
   */
  public byte[] key(String suffix) {
    return bytes(app() + ":" + requireNonNull(suffix, "suffix"));
  }

  /**
   * Encodes text as UTF-8.
   *
   * @param text the text
   * @return its bytes
   */
  public static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /**
   * Runs a script: by its hash, and at once by its source where the server does not know it.
   *
   * @param script the script
   * @param keys the keys it touches, all of one hash slot; the first decides which server runs it
   * @param args its other arguments
   * @param deadline how long to wait, more than zero; measured to about half a millisecond
   * @return completes with the answer, or with a {@link RedisUnavailableException}
   * @throws IllegalArgumentException if the deadline is not longer than zero
   */
  public CompletableFuture<Reply> eval(
      RedisScript script, List<byte[]> keys, List<byte[]> args, Duration deadline) {
    requireNonNull(script, "script");
    return core.calls().eval(script, keys, args, deadline);
  }

  /**
   * Sends a command.
   *
   * @param name the command, one word; commands that change or block the shared connection ({@code
   *     MULTI}, {@code SELECT}, {@code BLPOP} and the like) are refused
   * @param args its arguments; in a cluster the first is the key that decides which server gets it
   * @param deadline how long to wait, more than zero
   * @return completes with the answer, or with a {@link RedisUnavailableException}
   * @throws IllegalArgumentException if the deadline is not longer than zero, or the command is
   *     refused
   */
  public CompletableFuture<Reply> command(String name, List<byte[]> args, Duration deadline) {
    return core.calls().command(Keyword.of(name), args, deadline);
  }

  /**
   * Sends a command whose arguments are asked for when it is written to the connection: what came
   * together until then goes out as one command, and nothing waits longer for it.
   *
   * @param name as in {@link #command(String, List, Duration)}
   * @param key decides in a cluster which server gets it
   * @param args asked once, on a network thread, so it must be quick; not at all if the call ends
   *     before it is written; what it throws fails this call alone
   * @param deadline as there
   * @return as there
   * @throws IllegalArgumentException as there
   */
  public CompletableFuture<Reply> command(
      String name, byte[] key, Supplier<List<byte[]>> args, Duration deadline) {
    requireNonNull(key, "key");
    requireNonNull(args, "args");
    return core.calls().command(Keyword.of(name), key, args, deadline);
  }

  /**
   * Waits for a call's end on this thread, at most until the call's deadline. An interrupt does not
   * shorten that wait; the flag is kept.
   *
   * @param <T> what the future completes with
   * @param future a future of this link, or one derived from it
   * @return what it completed with
   * @throws RedisUnavailableException if Redis did not answer in time or answered with an error
   */
  @SuppressWarnings("unchecked")
  public static <T> T join(CompletableFuture<T> future) {
    try {
      return future instanceof Call call ? (T) call.await() : future.join();
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = Trouble.unwrap(e);
      if (cause instanceof Error error) {
        throw error;
      }
      throw Trouble.rethrow(cause);
    }
  }

  /**
   * Listens to a channel, now and after every reconnect. Messages sent while the connection is lost
   * are missed; the listener is told.
   *
   * @param channel the channel's full name, by convention made like a key: {@code
   *     <app>:<something>}
   * @param listener hears the messages
   * @return the subscription
   */
  public Subscription subscribe(String channel, BusListener listener) {
    return bus.subscribe(requireNonNull(channel, "channel"), requireNonNull(listener, "listener"));
  }

  /**
   * Returns the command by which scripts publish what {@link #subscribe} hears.
   *
   * <p>Ask anew for every script: it is known once the link is connected. {@code SPUBLISH} needs a
   * channel in the hash slot of the script's keys.
   *
   * @return {@code PUBLISH}, or {@code SPUBLISH} in a cluster whose primaries all have it
   */
  public String publishCommand() {
    return core.route().sharded() ? "SPUBLISH" : "PUBLISH";
  }

  /**
   * Returns the nodes of the application that share this Redis. The first call makes this node
   * known to the others.
   *
   * @return the fleet, always the same
   */
  public Fleet fleet() {
    RedisFleet known = fleet;
    if (known == null) {
      synchronized (fleetLock) {
        known = fleet;
        if (known == null) {
          known = new RedisFleet(this, core);
          fleet = known;
          known.start();
        }
      }
    }
    return known;
  }

  /**
   * Returns a number that grows whenever a server restarted, failed over or was flushed, so that
   * what was in it may be lost. A flush without a lost connection is noticed within about a second.
   *
   * @return 0 before the first connection, then 1 and more; comparable within this link only
   */
  public long epoch() {
    return core.epoch();
  }

  /**
   * Returns an estimate of the server's clock that is not ahead of it, for as long as nobody sets
   * that clock back.
   *
   * @return microseconds since 1970, behind by the time of an answer's way; the slowest clock of a
   *     cluster; 0 before the first connection, and where the rights do not allow {@code TIME}
   */
  public long serverMicros() {
    return core.serverMicros();
  }

  @Override
  public ComponentId id() {
    return core.id();
  }

  @Override
  public Health health() {
    return LinkHealth.of(core);
  }

  LinkCounters counters() {
    return core.counters();
  }

  LinkCore core() {
    return core;
  }

  /** Ends the connections and threads of this link. Calls under way fail. */
  @Override
  public void close() {
    if (core.closed()) {
      return;
    }
    RedisFleet known = fleet;
    if (known != null) {
      known.close();
    }
    bus.close();
    core.close();
    transport.close();
  }

  @Override
  public String toString() {
    return id().toString();
  }

  /** Builds a {@link RedisLink}. Not thread-safe. */
  public static final class Builder {

    private final String app;
    private final List<RedisURI> uris;
    private Ticker ticker = Ticker.system();
    private Duration suspectAfter = Duration.ofMillis(250);
    private Duration reconnectDelay = Duration.ofMillis(500);
    private Duration connectTimeout = Duration.ofSeconds(2);
    private int maxInFlight = 10_000;
    private String nodeName = "";
    private @Nullable ClientResources clientResources;
    private @Nullable SslOptions sslOptions;

    private Builder(String app, List<RedisURI> uris) {
      this.app = new ComponentId("redis", app).name();
      this.uris = List.copyOf(uris);
      if (this.uris.isEmpty()) {
        throw new IllegalArgumentException("redis '" + app + "' needs at least one address");
      }
    }

    /**
     * Sets the clock for deadlines.
     *
     * @param ticker default {@link Ticker#system()}; threads sleep in real time, whatever it says
     * @return this
     */
    public Builder ticker(Ticker ticker) {
      this.ticker = requireNonNull(ticker, "ticker");
      return this;
    }

    /**
     * Sets how long calls may wait without any answer before the connection is suspect and new
     * calls fail at once.
     *
     * @param suspectAfter 10 ms to 1 min, default 250 ms
     * @return this
     */
    public Builder suspectAfter(Duration suspectAfter) {
      this.suspectAfter =
          within("suspectAfter", suspectAfter, Duration.ofMillis(10), Duration.ofMinutes(1));
      return this;
    }

    /**
     * Sets the longest pause between two attempts to connect; each pause is random, at least half
     * of it.
     *
     * @param reconnectDelay 1 ms to 1 min, default 500 ms
     * @return this
     */
    public Builder reconnectDelay(Duration reconnectDelay) {
      this.reconnectDelay =
          within("reconnectDelay", reconnectDelay, Duration.ofMillis(1), Duration.ofMinutes(1));
      return this;
    }

    /**
     * Sets how long one attempt to connect may take.
     *
     * @param connectTimeout 10 ms to 1 min, default 2 s
     * @return this
     */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout =
          within("connectTimeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
      return this;
    }

    /**
     * Sets how many calls may wait for one server's answers; more are refused.
     *
     * @param maxInFlight 1 to 1 000 000, default 10 000
     * @return this
     */
    public Builder maxInFlight(int maxInFlight) {
      if (maxInFlight < 1 || maxInFlight > 1_000_000) {
        throw new IllegalArgumentException(
            "maxInFlight " + maxInFlight + " must be 1 to 1 000 000");
      }
      this.maxInFlight = maxInFlight;
      return this;
    }

    /**
     * Sets how this node is called in its fleet, before a random ending that makes it unique.
     *
     * @param nodeName 1 to 100 letters, digits, {@code . _ -}; default {@code node}
     * @return this
     */
    public Builder nodeName(String nodeName) {
      this.nodeName = new ComponentId("node", nodeName).name();
      return this;
    }

    /**
     * Shares the application's Lettuce threads instead of starting own ones.
     *
     * @param clientResources the resources, which stay open when the link is closed
     * @return this
     */
    public Builder clientResources(ClientResources clientResources) {
      this.clientResources = requireNonNull(clientResources, "clientResources");
      return this;
    }

    /**
     * Sets trust and key stores for {@code rediss://} addresses.
     *
     * @param sslOptions default the JVM's
     * @return this
     */
    public Builder sslOptions(SslOptions sslOptions) {
      this.sslOptions = requireNonNull(sslOptions, "sslOptions");
      return this;
    }

    /**
     * Builds the link, which connects in the background: this never blocks and does not fail for a
     * server that is away.
     *
     * @return the link; close it at the end
     * @throws IllegalStateException if options contradict each other
     */
    public RedisLink build() {
      List<String> conflicts = Addresses.conflicts(uris);
      if (!conflicts.isEmpty()) {
        throw new IllegalStateException(
            "redis '" + app + "' cannot be built: " + String.join("; ", conflicts));
      }
      return new RedisLink(
          this,
          new Settings(
              app,
              nodeName.isEmpty() ? "node" : nodeName,
              ticker,
              suspectAfter,
              reconnectDelay,
              connectTimeout,
              maxInFlight));
    }

    private static Duration within(String what, Duration value, Duration least, Duration most) {
      if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
        throw new IllegalArgumentException(
            what + " " + value + " must be " + least + " to " + most);
      }
      return value;
    }
  }
}
