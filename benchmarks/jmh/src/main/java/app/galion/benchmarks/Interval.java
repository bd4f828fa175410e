package app.galion.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A median of several JVMs' figures and how sure it is.
 *
 * @param median of what was measured
 * @param low the lower end of the 95 % interval by bootstrap, NaN of fewer than two figures
 * @param high its upper end
 */
record Interval(double median, double low, double high) {
  private static final int RESAMPLES = 2_000;
  private static final long SEED = 20_261_126;

  static Interval of(double... figures) {
    if (figures.length < 2) {
      return new Interval(figures.length == 0 ? Double.NaN : figures[0], Double.NaN, Double.NaN);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[figures.length];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int k = 0; k < drawn.length; k++) {
        drawn[k] = figures[random.nextInt(figures.length)];
      }
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    return new Interval(
        median(figures), medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40]);
  }

  static double median(double... figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** For a cell of a table. */
  String text() {
    return Double.isNaN(low)
        ? Page.number(median)
        : Page.number(median) + " (" + Page.number(low) + " – " + Page.number(high) + ")";
  }

  /** The same the other way round. */
  Interval inverse() {
    return new Interval(1 / median, 1 / high, 1 / low);
  }
}
