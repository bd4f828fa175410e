package app.galion.benchmarks;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/**
 * The bars of one question: a group per contender, a bar per thread count. What costs a round trip
 * is not drawn beside what does nothing; the scale is logarithmic only where a linear one would
 * hide somebody.
 */
final class Chart {
  private static final Color[] COLORS = {
    new Color(0x1f4e79), new Color(0x5b9bd5), new Color(0xf4b183)
  };

  private final CategoryChart chart;

  private Chart(CategoryChart chart) {
    this.chart = chart;
  }

  static Chart of(Question question, List<Figure> all) {
    List<Figure> figures =
        all.stream().filter(f -> !question.redisBound() || !nothing(f.contender())).toList();
    boolean throughput = figures.get(0).throughput();
    boolean logarithmic = spread(figures) > 30;
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(900)
            .height(480)
            .title(question.text())
            .yAxisTitle(throughput ? "operations/s (more is better)" : "ns/op (less is better)")
            .build();
    chart
        .getStyler()
        .setYAxisLogarithmic(logarithmic)
        .setYAxisMin(logarithmic ? powerBelow(figures) : 0.0)
        .setXAxisLabelRotation(25)
        .setXAxisLabelAlignmentVertical(AxesChartStyler.TextAlignment.Right)
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11))
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14))
        .setChartBackgroundColor(Color.WHITE)
        .setLegendPosition(Styler.LegendPosition.OutsideS)
        .setLegendLayout(Styler.LegendLayout.Horizontal)
        .setSeriesColors(COLORS);
    List<Contender> shown =
        question.contenders().stream()
            .filter(contender -> figures.stream().anyMatch(f -> f.contender() == contender))
            .toList();
    List<String> names = shown.stream().map(Contender::label).toList();
    for (int threads : figures.stream().map(Figure::threads).distinct().sorted().toList()) {
      List<@Nullable Double> scores = new ArrayList<>(); // null: no bar
      for (Contender contender : shown) {
        scores.add(
            figures.stream()
                .filter(f -> f.contender() == contender && f.threads() == threads)
                .map(f -> f.score().median())
                .findFirst()
                .orElse(null));
      }
      chart.addSeries(threads == 1 ? "1 thread" : threads + " threads", names, scores);
    }
    return new Chart(chart);
  }

  private static boolean nothing(Contender contender) {
    return ((Enum<?>) contender).name().equals("NOTHING");
  }

  private static double spread(List<Figure> figures) {
    DoubleSummaryStatistics scores =
        figures.stream().mapToDouble(f -> f.score().median()).summaryStatistics();
    return scores.getMax() / scores.getMin();
  }

  private static double powerBelow(List<Figure> figures) {
    double least = figures.stream().mapToDouble(f -> f.score().median()).min().orElse(1);
    return Math.pow(10, Math.floor(Math.log10(least)));
  }

  @SuppressWarnings("deprecation")
  void save(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    }
  }
}
