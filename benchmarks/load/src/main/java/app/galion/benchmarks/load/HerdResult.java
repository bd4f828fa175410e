package app.galion.benchmarks.load;

import java.util.List;

/**
 * What was seen of one product.
 *
 * @param product whose
 * @param loads of each cold key
 * @param lastAfterFillMillis how long after the first load ended the last caller had its value
 * @param commandsPerCaller Redis commands, those that scripts call included, over all keys
 */
record HerdResult(
    HerdProduct product,
    List<Integer> loads,
    List<Double> lastAfterFillMillis,
    double commandsPerCaller) {

  int mostLoads() {
    return loads.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  double medianMillis() {
    return lastAfterFillMillis.stream()
        .sorted()
        .skip(lastAfterFillMillis.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  double worstMillis() {
    return lastAfterFillMillis.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
