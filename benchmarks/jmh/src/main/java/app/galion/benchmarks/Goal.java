package app.galion.benchmarks;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one contender must reach, alone or beside another in the same run; held at each thread
 * count.
 *
 * @param contender who
 * @param against beside whom, or null
 * @param what is compared
 * @param bound at most this: a factor of the other's, else nanoseconds, bytes or commands
 * @param threads at this count; 0: at every one that was run
 */
record Goal(
    Contender contender, @Nullable Contender against, What what, double bound, int threads) {

  /** What a goal is about. */
  enum What {
    /** Time per operation. */
    TIME,
    /** Bytes allocated per operation. */
    BYTES,
    /** Redis commands per operation. */
    COMMANDS
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

  static Goal commands(Contender contender, double commands) {
    return new Goal(contender, null, What.COMMANDS, commands, 0);
  }

  Goal at(int count) {
    return new Goal(contender, against, what, bound, count);
  }

  String text() {
    String unit =
        switch (what) {
          case TIME -> "time";
          case BYTES -> "B/op";
          case COMMANDS -> "Redis commands/op";
        };
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
    return switch (what) {
      case TIME -> time(mine.get(), other);
      case BYTES -> bytes(mine.get(), other);
      case COMMANDS -> commands(mine.get());
    };
  }

  private String commands(Figure mine) {
    String verdict = mine.commands() <= bound ? "held" : "**missed**";
    return String.format(Locale.ROOT, "%.4f | %s", mine.commands(), verdict);
  }

  private String bytes(Figure mine, Optional<Figure> other) {
    double limit = bound * other.map(Figure::bytes).orElse(1.0);
    double shown = other.isEmpty() || limit == 0 ? mine.bytes() : mine.bytes() * bound / limit;
    String verdict = mine.bytes() <= limit + STRAY_BYTES ? "held" : "**missed**";
    return Page.number(shown) + unit() + " | " + verdict;
  }

  private String time(Figure mine, Optional<Figure> other) {
    Interval measured = other.map(mine::costBeside).orElseGet(mine::score);
    String text = faster() ? measured.inverse().text() + " × as fast" : measured.text() + unit();
    return text + " | " + verdict(measured);
  }

  /** Decides only what the interval leaves no doubt about. */
  private String verdict(Interval measured) {
    if (measured.high() <= bound) {
      return "held";
    }
    return measured.low() > bound ? "**missed**" : "too noisy to say";
  }

  /** People say such ratios the other way round. */
  private boolean faster() {
    return against != null && what == What.TIME && bound < 0.5;
  }

  private String unit() {
    if (against != null) {
      return " ×";
    }
    return switch (what) {
      case TIME -> " ns";
      case BYTES -> " B";
      case COMMANDS -> "";
    };
  }
}
