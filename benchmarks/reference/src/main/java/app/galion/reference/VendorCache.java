package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.RemoteLoadException;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCall;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorException;
import app.galion.circuit.VendorWork;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A vendor's answers: the cache in front, the circuit behind it. A failure of the vendor's leaves
 * room for a stale answer; a caller's fault never does, and is told apart on other nodes too.
 */
final class VendorCache<K, V> {

  private final TieredCache<K, V> cache;
  private final VendorCircuit circuit;
  private final BiFunction<VendorCall, K, V> work;

  VendorCache(TieredCache<K, V> cache, VendorCircuit circuit, BiFunction<VendorCall, K, V> work) {
    this.cache = cache;
    this.circuit = circuit;
    this.work = work;
  }

  /** Its class is all that another node learns of a load that failed. */
  private static final class CallersFaultException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final VendorException vendor;

    CallersFaultException(VendorException vendor) {
      super(vendor.getMessage(), vendor, false, false);
      this.vendor = vendor;
    }
  }

  /**
   * Returns the cached answer, else the vendor's.
   *
   * @throws VendorException if the vendor was asked and gave none
   * @throws app.galion.spi.GalionException if it could not be asked, or not on another node
   */
  Entry<V> get(K request) {
    AtomicReference<@Nullable VendorException> fault = new AtomicReference<>();
    try {
      Entry<V> entry = cache.getEntry(request, key -> load(key, fault));
      VendorException callers = fault.get();
      if (callers != null) {
        throw callers; // what came is an earlier answer to what is wrong by now
      }
      return entry;
    } catch (CallersFaultException e) {
      throw e.vendor;
    } catch (RemoteLoadException e) {
      if (!e.code().equals(CallersFaultException.class.getSimpleName())) {
        throw e;
      }
      cache.put(request, call(request)); // what is wrong with it, only the vendor's answer tells
      return cache.getEntry(request, this::call);
    }
  }

  private V load(K request, AtomicReference<@Nullable VendorException> fault) {
    try {
      return call(request);
    } catch (VendorException e) {
      if (e.outcome().callersFault()) {
        fault.set(e);
        throw new CallersFaultException(e);
      }
      throw e;
    }
  }

  private V call(K request) {
    VendorWork<V> asked = call -> work.apply(call, request);
    return circuit.callOrThrow(asked);
  }
}
