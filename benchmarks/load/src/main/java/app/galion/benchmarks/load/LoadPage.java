package app.galion.benchmarks.load;

import app.galion.benchmarks.RunInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The page of what was measured, and whether galion kept its thresholds. */
final class LoadPage {
  private static final double HEALTHY_P99_MILLIS = 20;
  private static final double MOST_MILLIS = GalionNode.SILENCE_LIMIT.toMillis() + 200;
  private static final double HERD_MILLIS = 50;

  private static final String HEAD =
      """
      # Several nodes together

      Written by `benchmarks/load/run`; do not edit. All nodes of a run are in one JVM with connections of
      their own; machines differ and are noisy, compare products within one table.
      """;
  private static final String STALENESS =
      """

      ## Staleness: how long is an overwritten value still served?

      One node writes %d keys, one write every %d ms, each confirmed. Two nodes read all keys round and round
      from their caches; between one and the next look at a key about a quarter of a millisecond passes, more when
      the machine is busy. For each write and reader: how long after the write returned the older value was still
      served. Stale is the sum of those tenths of a second in which the reader with the fault served a value
      that had been overwritten for more than 20 ms. The fault begins after %.0f s, lasts %.0f s, and is watched for
      %.0f s after it ended.
      """;
  private static final String HERD =
      """

      ## Herd: who loads a cold key that all want at once?

      %d nodes, %d threads in each, one cold key, %d ms to load it; %d keys one after the other. The fill is the
      end of the first load.
      """;

  private final Path results;
  private final Path docs;
  private final ObjectMapper json = new ObjectMapper();
  private final StringBuilder page = new StringBuilder(HEAD);
  private boolean held = true;

  LoadPage(Path results, Path docs) {
    this.results = results;
    this.docs = docs;
  }

  /** Returns whether galion kept every threshold. */
  boolean write() throws IOException {
    Files.createDirectories(docs.resolve("benchmarks"));
    if (Files.exists(results.resolve("staleness.run.json"))) {
      staleness(
          List.of(json.readValue(file("staleness"), StalenessResult[].class)), info("staleness"));
    }
    if (Files.exists(results.resolve("herd.run.json"))) {
      herd(List.of(json.readValue(file("herd"), HerdResult[].class)), info("herd"));
    }
    Files.writeString(docs.resolve("load.md"), page);
    return held;
  }

  private java.io.File file(String name) {
    return results.resolve(name + ".json").toFile();
  }

  private RunInfo info(String name) throws IOException {
    return json.readValue(file(name + ".run"), RunInfo.class);
  }

  private void staleness(List<StalenessResult> all, RunInfo info) throws IOException {
    Pace pace = info.pace().startsWith("quick") ? Pace.QUICK : Pace.FULL;
    line(
        STALENESS.stripTrailing(),
        Staleness.KEYS,
        Staleness.WRITE_EVERY_MILLIS,
        pace.before().toMillis() / 1e3,
        pace.fault().toMillis() / 1e3,
        pace.after().toMillis() / 1e3);
    facts(info);
    line("| fault | product | writes | reads | p99 ms | max ms | stale s |");
    line("|---|---|---:|---:|---:|---:|---:|");
    for (StalenessResult each : all) {
      line(
          "| %s | %s | %,d | %,d | %s | %s | %.1f |",
          each.scenario().text(),
          each.product().label(),
          each.writes(),
          each.reads(),
          each.scenario() == Scenario.HEALTHY ? number(each.p99()) : "",
          number(each.max()),
          each.staleSeconds(HEALTHY_P99_MILLIS));
    }
    line("\n| threshold of galion | bound | measured | |\n|---|---:|---:|---|");
    for (StalenessResult each : all) {
      if (each.product() == Product.GALION) {
        if (each.scenario() == Scenario.HEALTHY) {
          judge(each.scenario().text() + ", p99", each.p99(), HEALTHY_P99_MILLIS);
        }
        judge(each.scenario().text() + ", max", each.max(), MOST_MILLIS);
      }
    }
    for (Scenario scenario : Scenario.values()) {
      String name = "staleness-" + scenario.name().toLowerCase(Locale.ROOT).replace('_', '-');
      AgeChart.of(scenario, all).save(docs.resolve("benchmarks").resolve(name + ".svg"));
      line("\n![%s](benchmarks/%s.svg)", scenario.text(), name);
    }
  }

  private void herd(List<HerdResult> all, RunInfo info) {
    line(
        HERD.stripTrailing(),
        Herd.NODES,
        Herd.THREADS,
        Herd.LOAD_MILLIS,
        all.get(0).loads().size());
    facts(info);
    line(
        "| product | loads per key | last caller after the fill, ms, median | worst | Redis commands per caller |");
    line("|---|---:|---:|---:|---:|");
    for (HerdResult each : all) {
      int[] loads = each.loads().stream().mapToInt(Integer::intValue).sorted().toArray();
      int least = loads[0];
      line(
          "| %s | %s | %s | %s | %.2f |",
          each.product().label(),
          least == each.mostLoads() ? "" + least : least + " to " + each.mostLoads(),
          number(each.medianMillis()),
          number(each.worstMillis()),
          each.commandsPerCaller());
    }
    line("\n| threshold of galion | bound | measured | |\n|---|---:|---:|---|");
    HerdResult galion =
        all.stream().filter(r -> r.product() == HerdProduct.GALION).findFirst().orElseThrow();
    boolean one =
        Arrays.equals(
            new int[] {1},
            galion.loads().stream().mapToInt(Integer::intValue).distinct().toArray());
    held &= one;
    line("| loads per key | 1 | %d | %s |", galion.mostLoads(), verdict(one));
    judge("last caller after the fill, median", galion.medianMillis(), HERD_MILLIS);
  }

  private void facts(RunInfo info) {
    line("\n* %s; JDK %s; Redis %s on loopback", info.machine(), info.jdk(), info.redis());
    line(
        "* commit %s, %s; %s; load average before it %s",
        info.commit(), info.date(), info.pace(), Objects.toString(info.load(), "unknown"));
    line("* again: `%s`\n", info.command());
  }

  private void judge(String what, double millis, double bound) {
    boolean kept = millis <= bound;
    held &= kept;
    line("| %s | ≤ %,.0f ms | %s ms | %s |", what, bound, number(millis), verdict(kept));
  }

  private static String verdict(boolean kept) {
    return kept ? "pass" : "**fail**";
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }

  private void line(String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
