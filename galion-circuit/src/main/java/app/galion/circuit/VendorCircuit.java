package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import app.galion.spi.ComponentId;
import app.galion.spi.Guard;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Ticker;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The circuit before one vendor's endpoint. It opens after the failures that its {@link
 * VendorProfile} names, and only the vendor's sickness is a failure: a caller's mistake counts
 * neither way, an empty account or a bad key latches that key. Results count in the state that
 * admitted their call and in no other. Open time doubles with each failed trial; one trial at a
 * time, then a ramp.
 *
 * <p>Thread-safe. Decisions are of this node alone. Starts one daemon timer thread with the first
 * call, which ends by itself when idle; there is nothing to close.
 */
public final class VendorCircuit implements Guard, HealthProbe {

  private final Gate gate;
  private final KeyLatch latch;
  private final ExchangeTimer timer;
  private final Duration staleTimeout;

  private VendorCircuit(Builder builder) {
    this.gate =
        new Gate(builder.id, builder.profile, builder.ticker, builder.clock, builder.random);
    this.latch = new KeyLatch(gate, builder.key);
    this.timer = new ExchangeTimer(builder.id.name());
    this.staleTimeout = builder.staleTimeout;
  }

  /**
   * Starts a circuit.
   *
   * @param name its name in messages, meters and health
   * @param profile what it has to know of its vendor
   * @return a builder
   * @throws IllegalArgumentException if the name does not fit {@link ComponentId}
   */
  public static Builder builder(String name, VendorProfile profile) {
    return new Builder(name, profile);
  }

  /**
   * Makes a call, and leaves to the returned chain what to answer if it fails.
   *
   * @param work the call
   * @param <T> what it gives
   * @return the chain, to be ended by {@code orDegraded} or {@code orThrow}
   */
  public <T> Fallback<T> call(VendorWork<T> work) {
    try {
      return Fallback.live(this, callOrThrow(work));
    } catch (VendorException | CircuitOpenException e) {
      return Fallback.failed(this, e);
    }
  }

  /**
   * Makes a call: a live value or an exception, never a stale or degraded one, so it is what a
   * cache's loader calls. Unchecked exceptions of the work pass as they are.
   *
   * @param work the call
   * @param <T> what it gives
   * @return the live value
   * @throws CircuitOpenException if the call was not made
   * @throws VendorException if it was made and failed; checked exceptions of the work become one
   */
  public <T> T callOrThrow(VendorWork<T> work) {
    requireNonNull(work, "work");
    VendorPermit permit = tryAcquire();
    if (!(permit instanceof Grant grant)) {
      throw permit.refusal();
    }
    VendorCall call = new VendorCall(this, grant);
    try {
      T value = work.run(call);
      call.returned();
      return value;
    } catch (RuntimeException | Error e) {
      call.threw(e);
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      call.threw(e);
      throw exception(ErrorVerdict.of(e), e);
    }
  }

  /**
   * Asks for leave to make one call by other means, a vendor's SDK for instance, whose own retries
   * should be off. Never blocks; a refusal allocates nothing.
   */
  @Override
  public VendorPermit tryAcquire() {
    return latch.tryAcquire();
  }

  /**
   * Returns how the circuit is.
   *
   * @return state, counts, times and an explanation
   */
  public CircuitStatus status() {
    return new Explanation(gate).status(latch);
  }

  /**
   * Opens the circuit until {@link #forceClose}.
   *
   * @param reason why, for messages
   */
  public void forceOpen(String reason) {
    gate.forceOpen(requireNonNull(reason, "reason"));
  }

  /**
   * Closes the circuit at once, whatever held it open, and counts from nothing; it may open again.
   *
   * @param reason why, for messages
   */
  public void forceClose(String reason) {
    gate.forceClose(requireNonNull(reason, "reason"));
  }

  /** Accepts the key again after a quota, key or rate error, as when an account has been paid. */
  public void resetLatch() {
    latch.reset();
  }

  @Override
  public ComponentId id() {
    return gate.id;
  }

  /** Returns UP when calls pass, DEGRADED when the circuit is open or its key is latched. */
  @Override
  public Health health() {
    CircuitStatus status = status();
    boolean up = status.state() == CircuitStatus.State.CLOSED && !latch.latched();
    Map<String, String> details = new TreeMap<>();
    details.put("state", status.state().toString());
    details.put("failures", Integer.toString(status.failureCount()));
    details.put("explanation", status.explanation());
    if (status.retryAt() != null) {
      details.put("retryAt", status.retryAt().toString());
    }
    return Health.of(up ? Health.Status.UP : Health.Status.DEGRADED, details);
  }

  @Override
  public String toString() {
    return id().toString();
  }

  Gate gate() {
    return gate;
  }

  KeyLatch latch() {
    return latch;
  }

  Counters counters() {
    return gate.counters;
  }

  Ticker ticker() {
    return gate.ticker;
  }

  ExchangeTimer timer() {
    return timer;
  }

  Duration staleTimeout() {
    return staleTimeout;
  }

  Verdict classify(int status, HttpHeaders headers, byte[] body) {
    return gate.profile.outcomes.classify(status, headers, body, gate.clock);
  }

  VendorException exception(Verdict verdict, @Nullable Throwable cause) {
    return new VendorException(id(), verdict, retryAt(verdict), cause);
  }

  StreamBrokenException broken(Verdict verdict, @Nullable Throwable cause, long delivered) {
    return new StreamBrokenException(id(), verdict, retryAt(verdict), cause, delivered);
  }

  private @Nullable Instant retryAt(Verdict verdict) {
    Duration wait = verdict.retryAfter();
    return wait == null ? null : gate.clock.instant().plus(wait);
  }

  /** Collects a circuit's settings. */
  public static final class Builder {

    private final ComponentId id;
    private final VendorProfile profile;
    private String key = "default";
    private Duration staleTimeout = Duration.ofMillis(250);
    private Ticker ticker = Ticker.system();
    private InstantSource clock = InstantSource.system();
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

    private Builder(String name, VendorProfile profile) {
      this.id = new ComponentId("circuit", name);
      this.profile = requireNonNull(profile, "profile");
    }

    /**
     * Names the account key that this circuit calls with, for messages. Never the key itself.
     * Default {@code default}.
     *
     * @param name a name for the key
     * @return this builder
     */
    public Builder key(String name) {
      this.key = requireNonNull(name, "name");
      return this;
    }

    /**
     * Sets how long a fallback waits for its stale value. Default 250 ms.
     *
     * @param limit above zero
     * @return this builder
     * @throws IllegalArgumentException if the limit is not above zero
     */
    public Builder staleTimeout(Duration limit) {
      this.staleTimeout = Bounds.positive("staleTimeout", limit);
      return this;
    }

    /**
     * Sets the source of elapsed time. Default: the system's.
     *
     * @param ticker the ticker
     * @return this builder
     */
    public Builder ticker(Ticker ticker) {
      this.ticker = requireNonNull(ticker, "ticker");
      return this;
    }

    /**
     * Sets the wall clock, for {@code retryAt} and the like; no decision depends on it but the
     * reading of a date that a vendor sends without a date of its own. Default: the system's.
     *
     * @param clock the clock
     * @return this builder
     */
    public Builder clock(InstantSource clock) {
      this.clock = requireNonNull(clock, "clock");
      return this;
    }

    Builder random(DoubleSupplier random) {
      this.random = random;
      return this;
    }

    /**
     * Builds the circuit, closed.
     *
     * @return the circuit
     */
    public VendorCircuit build() {
      return new VendorCircuit(this);
    }
  }
}
