package app.galion.circuit;

import app.galion.spi.Permit;

/**
 * Leave to make one call, for those who send it themselves, with the vendor's SDK for instance. Its
 * result counts in the state of the circuit that granted it and in no other. Thread-safe.
 */
public sealed interface VendorPermit extends Permit permits Grant, Refusal {

  /**
   * Ends the permit with a verdict, such as {@link OutcomeProfile#classify} gives. Only the first
   * end counts; on a refusal it does nothing.
   *
   * @param verdict what the call came to
   */
  void complete(Verdict verdict);

  /**
   * Returns why leave was refused, as an exception to throw.
   *
   * @return a new exception
   * @throws IllegalStateException if leave was granted
   */
  CircuitOpenException refusal();
}
