package app.galion.health;

import static java.util.Objects.requireNonNull;

import app.galion.spi.ComponentId;
import app.galion.spi.Fleet;
import app.galion.spi.HealthProbe;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs health checks in the background and answers probes from a snapshot, so that no probe ever
 * waits for what it asks about. Each check runs alone, at its jittered interval, under its
 * deadline.
 *
 * <p>Thread-safe. {@link #snapshot()} and {@link #get} never block and never run a check. No thread
 * exists before {@link #start()}; then there are at most two more than there are checks.
 */
public final class HealthEngine implements AutoCloseable {

  private static final long POLL = Duration.ofMillis(10).toNanos();

  private final ComponentId id;
  private final Ticker ticker;
  private final InstantSource clock;
  private final Rounds rounds;
  private final Drain drain;
  private final Routes routes;
  private final long bornAt;
  private boolean started;
  private boolean closed;

  private HealthEngine(Builder builder, Map<String, Plan> plans, Workshop workshop) {
    this.id = builder.id;
    this.ticker = builder.ticker;
    this.clock = builder.clock;
    this.bornAt = ticker.read();
    this.rounds = new Rounds(builder, plans, workshop);
    this.drain = new Drain(ticker, builder.drainDelay, builder.drainTimeout, builder.inFlight);
    this.routes = new Routes(this);
  }

  /**
   * Starts to build an engine.
   *
   * @param service the service's name as bodies show it: 1 to 100 letters, digits, {@code . _ -}
   * @return a builder
   */
  public static Builder builder(String service) {
    return new Builder(new ComponentId("health", service));
  }

  /**
   * Returns who this is.
   *
   * @return kind {@code health} and the service's name
   */
  public ComponentId id() {
    return id;
  }

  /**
   * Starts the checks, each at once for the first time. Does nothing when already started.
   *
   * @throws IllegalStateException if the engine is closed
   */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException(id + " is closed; build another one");
    }
    if (!started) {
      started = true;
      rounds.start();
    }
  }

  /**
   * Returns how the node is now. Costs a clock reading and allocates nothing unless the snapshot
   * has grown too old.
   *
   * @return an immutable snapshot
   */
  public HealthSnapshot snapshot() {
    return rounds.board().read();
  }

  /**
   * Answers a probe as anybody may see it. Never blocks.
   *
   * @param method the HTTP method
   * @param path the request's path, with or without a query, from {@code /health} on
   * @return what to send
   */
  public HttpResult get(String method, String path) {
    return get(method, path, Access.PUBLIC);
  }

  /**
   * Answers a probe. Never blocks.
   *
   * @param method the HTTP method
   * @param path the request's path, with or without a query, from {@code /health} on
   * @param access what the caller may see
   * @return what to send
   */
  public HttpResult get(String method, String path, Access access) {
    return routes.get(
        requireNonNull(method, "method"),
        requireNonNull(path, "path"),
        requireNonNull(access, "access"));
  }

  /**
   * Takes the node out of service for good: readiness answers 503 from now on, whatever the checks
   * say; liveness stays as it is. Does nothing when already draining.
   */
  public void drain() {
    drain.start();
    rounds.board().advance(Phase.DRAINING);
  }

  /**
   * Drains, and waits for the drain delay (load balancers take notice) and then until nothing is in
   * flight, at most for the drain timeout. Call it before the HTTP server stops accepting.
   *
   * @return whether nothing was in flight at the end
   * @throws InterruptedException if the caller is interrupted; the node goes on draining
   */
  public boolean awaitDrained() throws InterruptedException {
    drain();
    while (!drain.over()) {
      if (Thread.interrupted()) {
        throw new InterruptedException(id + " was interrupted while draining");
      }
      LockSupport.parkNanos(this, POLL);
    }
    return drain.state().drained();
  }

  /**
   * Stops the checks; readiness answers 503, liveness and the last snapshot stay. Runs under way
   * are interrupted, and not waited for. Idempotent.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    rounds.close();
  }

  long turn() {
    return rounds.turn();
  }

  DrainState drainState() {
    return drain.state();
  }

  String details() {
    return Details.text(
        snapshot(), monitors(), rounds.transitions(), now(), clockMillis(), uptimeSeconds());
  }

  long clockMillis() {
    return clock.millis();
  }

  long uptimeSeconds() {
    return (ticker.read() - bornAt) / 1_000_000_000L;
  }

  List<Monitor> monitors() {
    return rounds.monitors();
  }

  long now() {
    return ticker.read();
  }

  Map<String, LongAdder> requests() {
    return routes.requests();
  }

  @Override
  public String toString() {
    return id + " " + snapshot().phase().text();
  }

  /** Collects checks and settings. Not thread-safe. */
  public static final class Builder {

    private static final Duration LONGEST_DRAIN = Duration.ofDays(1);

    final ComponentId id;
    final List<Registration> registrations = new ArrayList<>();
    final Map<String, List<String>> groups = new LinkedHashMap<>();
    private final List<String> conflicts = new ArrayList<>();
    final List<HealthListener> listeners = new ArrayList<>();
    Ticker ticker = Ticker.system();
    InstantSource clock = InstantSource.system();
    private Duration drainDelay = Duration.ofSeconds(10);
    private Duration drainTimeout = Duration.ofSeconds(30);
    private IntSupplier inFlight = () -> 0;
    @Nullable Fleet fleet;
    double panicThreshold = 0.5;
    DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

    private Builder(ComponentId id) {
      this.id = id;
    }

    /**
     * Adds a readiness check with its preferred options.
     *
     * @param name its name in bodies and meters: 1 to 64 letters, digits, {@code . _ -}
     * @param check the check
     * @param impact what a failure means
     * @return this
     */
    public Builder check(String name, HealthCheck check, Impact impact) {
      return check(name, check, impact, options -> {});
    }

    /**
     * Adds a readiness check.
     *
     * @param name its name in bodies and meters: 1 to 64 letters, digits, {@code . _ -}
     * @param check the check
     * @param impact what a failure means
     * @param options changes the check's options
     * @return this
     */
    public Builder check(
        String name, HealthCheck check, Impact impact, Consumer<CheckOptions> options) {
      return add(name, Monitor.Role.READINESS, requireNonNull(impact, "impact"), check, options);
    }

    /**
     * Adds a component that knows how it is, every 2 s, under the name of its id and as {@link
     * Impact#DEGRADING}.
     *
     * @param probe the component
     * @return this
     */
    public Builder probe(HealthProbe probe) {
      return probe(probe.id().name(), probe, Impact.DEGRADING);
    }

    /**
     * Adds a component that knows how it is, every 2 s.
     *
     * @param name its name in bodies and meters
     * @param probe the component
     * @param impact what a failure means
     * @return this
     */
    public Builder probe(String name, HealthProbe probe, Impact impact) {
      return check(name, new ProbeCheck(probe), impact);
    }

    /**
     * Adds a liveness check with its preferred options: while it is down, the process is to be
     * restarted. Only for what a restart mends.
     *
     * @param name its name
     * @param check the check, of scope {@link Scope#LOCAL}
     * @return this
     */
    public Builder liveness(String name, HealthCheck check) {
      return liveness(name, check, options -> {});
    }

    /**
     * Adds a liveness check.
     *
     * @param name its name
     * @param check the check, of scope {@link Scope#LOCAL}
     * @param options changes the check's options
     * @return this
     */
    public Builder liveness(String name, HealthCheck check, Consumer<CheckOptions> options) {
      return add(name, Monitor.Role.LIVENESS, Impact.CRITICAL, check, options);
    }

    /**
     * Adds a block of figures to {@code /health/detailed}, read in the background like a check and
     * without a say in any status.
     *
     * @param name the block's name under {@code metrics}
     * @param source reads the figures; numbers and booleans are shown as they are
     * @return this
     */
    public Builder metrics(String name, Callable<? extends Map<String, ?>> source) {
      requireNonNull(source, "source");
      HealthCheck check = deadline -> CheckResult.up(source.call());
      return add(name, Monitor.Role.METRICS, Impact.INFO, check, options -> {});
    }

    /**
     * Adds {@code /health/group/<name>}: 503 while one of the members that is not {@link
     * Impact#INFO} does not work.
     *
     * @param name the group's name
     * @param checks names of readiness checks
     * @return this
     */
    public Builder group(String name, String... checks) {
      if (groups.put(CheckNames.require("group", name), List.of(checks)) != null) {
        conflicts.add("group '" + name + "' is there twice");
      }
      return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener told once of each change
     * @return this
     */
    public Builder listener(HealthListener listener) {
      listeners.add(requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Sets how long the node goes on accepting after it has begun to drain.
     *
     * @param value 0 to 1 day; default 10 s
     * @return this
     */
    public Builder drainDelay(Duration value) {
      drainDelay = drainTime("drainDelay", value);
      return this;
    }

    /**
     * Sets how long to wait, after the delay, for what is in flight.
     *
     * @param value 0 to 1 day; default 30 s
     * @return this
     */
    public Builder drainTimeout(Duration value) {
      drainTimeout = drainTime("drainTimeout", value);
      return this;
    }

    /**
     * Sets where to read how many requests are in flight.
     *
     * @param value answers from memory; default always 0
     * @return this
     */
    public Builder inFlight(IntSupplier value) {
      inFlight = requireNonNull(value, "inFlight");
      return this;
    }

    /**
     * Switches the panic threshold on: while more than half of a fleet of at least two fails the
     * same shared critical check, that check does not make its nodes unready.
     *
     * @param value the fleet; default none, which is off
     * @return this
     */
    public Builder fleet(Fleet value) {
      fleet = requireNonNull(value, "fleet");
      return this;
    }

    /**
     * Sets the share of the fleet that must be exceeded.
     *
     * @param value from 0.1 to 0.99; default 0.5
     * @return this
     */
    public Builder panicThreshold(double value) {
      if (!(value >= 0.1 && value <= 0.99)) {
        throw new IllegalArgumentException("panicThreshold " + value + " must be 0.1 to 0.99");
      }
      panicThreshold = value;
      return this;
    }

    /**
     * Sets the source of elapsed time.
     *
     * @param value default {@link Ticker#system()}
     * @return this
     */
    public Builder ticker(Ticker value) {
      ticker = requireNonNull(value, "ticker");
      return this;
    }

    /**
     * Sets the wall clock, used for display alone.
     *
     * @param value default the system's
     * @return this
     */
    public Builder clock(InstantSource value) {
      clock = requireNonNull(value, "clock");
      return this;
    }

    Builder random(DoubleSupplier value) {
      random = value;
      return this;
    }

    /**
     * Builds the engine; no thread starts yet.
     *
     * @return the engine
     * @throws IllegalStateException if settings contradict each other; names every conflict
     */
    public HealthEngine build() {
      return build(new Workshop(id.name()));
    }

    HealthEngine build(Workshop workshop) {
      Map<String, Plan> plans = new LinkedHashMap<>();
      registrations.forEach(r -> plans.putIfAbsent(r.key(), r.options().plan()));
      List<String> all = new ArrayList<>(conflicts);
      all.addAll(Conflicts.of(registrations, plans, groups));
      if (!all.isEmpty()) {
        workshop.close();
        throw new IllegalStateException(
            id + " cannot be built, " + all.size() + " conflicts: " + String.join("; ", all));
      }
      return new HealthEngine(this, plans, workshop);
    }

    private Builder add(
        String name,
        Monitor.Role role,
        Impact impact,
        HealthCheck check,
        Consumer<CheckOptions> options) {
      CheckNames.require("check", name);
      requireNonNull(check, "check");
      CheckOptions chosen = new CheckOptions();
      check.prefer(chosen);
      requireNonNull(options, "options").accept(chosen);
      registrations.add(new Registration(name, role, impact, check, chosen));
      return this;
    }

    private static Duration drainTime(String what, Duration value) {
      if (value.isNegative() || value.compareTo(LONGEST_DRAIN) > 0) {
        throw new IllegalArgumentException(what + " " + value + " must be 0 to " + LONGEST_DRAIN);
      }
      return value;
    }
  }
}
