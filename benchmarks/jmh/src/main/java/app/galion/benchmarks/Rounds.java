package app.galion.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;

/** Brings the JVMs of all rounds together as if JMH had started those of a contender in a row. */
final class Rounds {
  private final Map<String, RunResult> first = new LinkedHashMap<>();
  private final Map<String, List<BenchmarkResult>> jvms = new LinkedHashMap<>();

  void add(Collection<RunResult> round) {
    for (RunResult run : round) {
      String cell = run.getParams().getThreads() + " threads, " + run.getParams().id();
      first.putIfAbsent(cell, run);
      jvms.computeIfAbsent(cell, id -> new ArrayList<>()).addAll(run.getBenchmarkResults());
    }
  }

  List<RunResult> merged() {
    List<RunResult> merged = new ArrayList<>();
    first.forEach((cell, run) -> merged.add(new RunResult(run.getParams(), jvms.get(cell))));
    return merged;
  }
}
