package app.galion.benchmarks.load;

import java.util.Arrays;

/**
 * What was seen of one product in one scenario.
 *
 * @param scenario which
 * @param product whose
 * @param writes by the first node, all confirmed
 * @param reads by the other two
 * @param p99 of the time that an overwritten value was still served, milliseconds, over all writes
 *     and both readers
 * @param max likewise
 * @param lineOfFaulty the oldest that the faulty node served, milliseconds, every 100 ms
 * @param lineOfSound likewise of the other node
 */
@SuppressWarnings("ArrayRecordComponent") // only written to JSON and read back
record StalenessResult(
    Scenario scenario,
    Product product,
    long writes,
    long reads,
    double p99,
    double max,
    double[] lineOfFaulty,
    double[] lineOfSound) {

  /** How long the faulty node served something that had been overwritten for longer than that. */
  double staleSeconds(double millis) {
    return Arrays.stream(lineOfFaulty).filter(age -> age > millis).count()
        * Reader.STEP_MILLIS
        / 1e3;
  }
}
