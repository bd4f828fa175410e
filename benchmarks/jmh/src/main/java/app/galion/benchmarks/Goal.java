package app.galion.benchmarks;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one contender must reach, alone or beside another in the same run; held at each thread
 * count.
 *
 * @param contender who
 * @param against beside whom, or null
 * @param what is compared
 * @param bound at most this: a factor of the other's, else nanoseconds or bytes
 * @param threads at this count; 0: at every one that was run
 */
record Goal(
    Contender contender, @Nullable Contender against, What what, double bound, int threads) {

  /** What a goal is about. */
  enum What {
    /** Time per operation. */
    TIME,
    /** Bytes allocated per operation. */
    BYTES
  }

  /** JMH's own share in a figure of allocation. */
  private static final double STRAY_BYTES = 0.5;

  static Goal time(Contender contender, Contender against, double factor) {
    return new Goal(contender, against, What.TIME, factor, 0);
  }

  static Goal nanos(Contender contender, double nanos) {
    return new Goal(contender, null, What.TIME, nanos, 0);
  }

  static Goal bytes(Contender contender, Contender against) {
    return new Goal(contender, against, What.BYTES, 1, 0);
  }

  static Goal bytes(Contender contender, double bytes) {
    return new Goal(contender, null, What.BYTES, bytes, 0);
  }

  Goal at(int count) {
    return new Goal(contender, against, what, bound, count);
  }

  String text() {
    String unit = what == What.BYTES ? "B/op" : "time";
    return contender.label() + ", " + unit + (against == null ? "" : " beside " + against.label());
  }

  String atMost() {
    if (faster()) {
      return "≥ " + Page.number(1 / bound) + " × as fast";
    }
    return "≤ " + Page.number(bound) + unit();
  }

  /** The measured value and whether it holds, as the last two cells of a row. */
  String measure(Optional<Figure> mine, Optional<Figure> other) {
    if (mine.isEmpty() || (against != null && other.isEmpty())) {
      return "– | not measured";
    }
    double value = value(mine.get());
    double limit = bound * (against == null ? 1 : other.map(this::value).orElse(Double.NaN));
    double shown = against == null || limit == 0 ? value : value * bound / limit;
    String text = faster() ? Page.number(1 / shown) + " × as fast" : Page.number(shown) + unit();
    return text
        + " | "
        + verdict(value, limit, noise(mine.get()), other.map(Goal::noise).orElse(0.0));
  }

  /** Decides only what the intervals of both figures leave no doubt about. */
  private String verdict(double value, double limit, double noise, double noiseOfOther) {
    if (what == What.BYTES) {
      return value <= limit + STRAY_BYTES ? "held" : "**missed**";
    }
    if (value * (1 + noise) <= limit * (1 - noiseOfOther)) {
      return "held";
    }
    return value * (1 - noise) > limit * (1 + noiseOfOther) ? "**missed**" : "too noisy to say";
  }

  /** Half the interval as a share of the figure; all of it where one iteration gives none. */
  private static double noise(Figure figure) {
    return Double.isNaN(figure.error()) ? 1 : Math.min(1, figure.error() / figure.score());
  }

  private double value(Figure figure) {
    return what == What.BYTES ? figure.bytes() : figure.cost();
  }

  /** People say such ratios the other way round. */
  private boolean faster() {
    return against != null && what == What.TIME && bound < 0.5;
  }

  private String unit() {
    if (against != null) {
      return " ×";
    }
    return what == What.BYTES ? " B" : " ns";
  }
}
