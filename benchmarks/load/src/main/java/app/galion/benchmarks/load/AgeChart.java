package app.galion.benchmarks.load;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A line for each product: how old what its faulty node served was, over time. */
final class AgeChart {
  private static final Color[] COLORS = {
    new Color(0x1f4e79), new Color(0xc55a11), new Color(0x7f7f7f)
  };

  /** What is younger is drawn there: the scale is logarithmic. */
  private static final double LEAST_MILLIS = 0.1;

  private final XYChart chart;

  private AgeChart(XYChart chart) {
    this.chart = chart;
  }

  static AgeChart of(Scenario scenario, List<StalenessResult> results) {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(380)
            .title(scenario.text())
            .xAxisTitle("seconds")
            .yAxisTitle("overwritten since, ms")
            .build();
    chart
        .getStyler()
        .setYAxisLogarithmic(true)
        .setYAxisMin(LEAST_MILLIS)
        .setYAxisMax(20_000.0)
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14))
        .setChartBackgroundColor(Color.WHITE)
        .setLegendPosition(Styler.LegendPosition.OutsideS)
        .setLegendLayout(Styler.LegendLayout.Horizontal)
        .setSeriesColors(COLORS);
    for (StalenessResult result : results) {
      if (result.scenario() == scenario) {
        double[] ages = result.lineOfFaulty();
        double[] seconds = new double[ages.length];
        double[] shown = new double[ages.length];
        for (int i = 0; i < ages.length; i++) {
          seconds[i] = i * Reader.STEP_MILLIS / 1e3;
          shown[i] = Math.max(LEAST_MILLIS, ages[i]);
        }
        chart.addSeries(result.product().label(), seconds, shown).setMarker(SeriesMarkers.NONE);
      }
    }
    return new AgeChart(chart);
  }

  @SuppressWarnings("deprecation")
  void save(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    }
  }
}
