package app.galion.circuit;

/**
 * One call to a vendor, as the application writes it. It runs on the caller's thread and sends its
 * request through the {@link VendorCall} that it is given, which owns timers, cancel and verdict.
 *
 * @param <T> what the call gives
 */
@FunctionalInterface
public interface VendorWork<T> {

  /**
   * Makes the call.
   *
   * @param call through which to send; valid until this method returns
   * @return what the call gives
   * @throws Exception what went wrong; errors that come from {@code call} should pass as they are
   */
  T run(VendorCall call) throws Exception;
}
