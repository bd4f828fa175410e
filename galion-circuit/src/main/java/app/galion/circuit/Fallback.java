package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import app.galion.spi.GalionException;
import app.galion.spi.Stale;
import app.galion.spi.StaleSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a call came to, and what to answer if it came to nothing: a stale value, then a degraded
 * one. The call has been made when this object exists. Used by one thread.
 *
 * <p>Errors that are the caller's own ({@link Outcome#callersFault()}) and errors of the work
 * itself ({@link Outcome#LOCAL}) are thrown by the end of the chain, whatever stands before it.
 *
 * @param <T> the value's type
 */
public final class Fallback<T> {

  private static final System.Logger LOG = System.getLogger(Fallback.class.getName());

  private final VendorCircuit circuit;
  private final @Nullable Answer<T> answer;
  private final @Nullable GalionException failure;

  private Fallback(
      VendorCircuit circuit, @Nullable Answer<T> answer, @Nullable GalionException failure) {
    this.circuit = circuit;
    this.answer = answer;
    this.failure = failure;
  }

  static <T> Fallback<T> live(VendorCircuit circuit, T value) {
    Answer<T> live = new Answer<>(value, Answer.Source.LIVE, Duration.ZERO, null, null);
    return new Fallback<>(circuit, live, null);
  }

  static <T> Fallback<T> failed(VendorCircuit circuit, GalionException failure) {
    return new Fallback<>(circuit, null, failure);
  }

  /**
   * Answers with the last good value of a key, of any age, if the call gave none. Waits for the
   * source at most the circuit's {@code staleTimeout}.
   *
   * @param source where last good values are kept
   * @param key the key: the whole canonical request and whose it is
   * @param <K> the key's type
   * @return the chain
   */
  public <K> Fallback<T> orStale(StaleSource<K, T> source, K key) {
    return orStale(source, key, Duration.ofSeconds(Long.MAX_VALUE));
  }

  /**
   * Answers with the last good value of a key, unless it is too old, if the call gave none.
   *
   * @param source where last good values are kept
   * @param key the key: the whole canonical request and whose it is
   * @param maxAge the oldest value to serve
   * @param <K> the key's type
   * @return the chain
   */
  public <K> Fallback<T> orStale(StaleSource<K, T> source, K key, Duration maxAge) {
    requireNonNull(source, "source");
    requireNonNull(maxAge, "maxAge");
    GalionException error = failure;
    if (error == null || answer != null || !mayHide(error)) {
      return this;
    }
    Optional<Stale<T>> stale = lookUp(source, key);
    if (stale.isEmpty() || stale.get().age().compareTo(maxAge) > 0) {
      return this;
    }
    circuit.counters().stale.increment();
    Answer<T> found =
        new Answer<>(
            stale.get().value(),
            Answer.Source.STALE,
            stale.get().age(),
            reason(error),
            retryAt(error));
    return new Fallback<>(circuit, found, error);
  }

  private <K> Optional<Stale<T>> lookUp(StaleSource<K, T> source, K key) {
    try {
      return source
          .lastGood(key)
          .toCompletableFuture()
          .get(circuit.staleTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      circuit.counters().staleTrouble.increment();
      LOG.log(System.Logger.Level.DEBUG, () -> circuit.id() + ": no stale value in time: " + e);
    }
    return Optional.empty();
  }

  /**
   * Ends the chain: the live or stale answer, else what the application makes of the reason.
   *
   * @param degraded makes the answer; may not call the same vendor
   * @return the answer
   * @throws VendorException if the fault is the caller's or the work's own
   */
  public Answer<T> orDegraded(Function<Answer.Reason, T> degraded) {
    requireNonNull(degraded, "degraded");
    if (answer != null) {
      return answer;
    }
    GalionException error = requireNonNull(failure);
    if (!mayHide(error)) {
      throw error;
    }
    Answer.Reason reason = reason(error);
    T value = degraded.apply(reason);
    circuit.counters().degraded.increment();
    return new Answer<>(value, Answer.Source.DEGRADED, Duration.ZERO, reason, retryAt(error));
  }

  /**
   * Ends the chain: the live or stale answer, else the error.
   *
   * @return the answer
   * @throws VendorException if the call was made and failed
   * @throws CircuitOpenException if the call was not made
   */
  public Answer<T> orThrow() {
    if (answer != null) {
      return answer;
    }
    throw requireNonNull(failure);
  }

  private static boolean mayHide(GalionException error) {
    return !(error instanceof VendorException made)
        || !(made.outcome().callersFault() || made.outcome() == Outcome.LOCAL);
  }

  private static Answer.Reason reason(GalionException error) {
    if (error instanceof VendorException made) {
      return new Answer.Reason(made.outcome(), made.verdict().code(), message(error));
    }
    CircuitOpenException refused = (CircuitOpenException) error;
    return new Answer.Reason(refused.outcome(), refused.code().orElse(null), message(error));
  }

  private static String message(GalionException error) {
    return String.valueOf(error.getMessage());
  }

  private @Nullable Instant retryAt(GalionException error) {
    if (error instanceof CircuitOpenException refused) {
      return refused.retryAt().orElse(null);
    }
    Instant asked = ((VendorException) error).retryAt().orElse(null);
    return asked != null ? asked : circuit.status().retryAt();
  }
}
