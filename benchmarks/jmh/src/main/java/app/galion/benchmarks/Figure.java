package app.galion.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What one contender did at one thread count, read from JMH's file.
 *
 * @param contender who
 * @param threads at how many threads
 * @param score in JMH's mode: nanoseconds per operation, or operations a second
 * @param error half the 99.9 % interval, NaN where one iteration gives none
 * @param throughput whether more is better
 * @param bytes allocated per operation
 * @param p50 median latency in microseconds, NaN where it was not measured
 * @param p99 likewise
 * @param commands Redis commands per operation, NaN where they were not counted
 * @param fallbacks share of decisions that Redis was asked for and did not make
 */
record Figure(
    Contender contender,
    int threads,
    double score,
    double error,
    boolean throughput,
    double bytes,
    double p50,
    double p99,
    double commands,
    double fallbacks) {

  static Figure read(Question question, JsonNode run) {
    JsonNode primary = run.get("primaryMetric");
    return new Figure(
        question.contender(run.at("/params/contender").asText()),
        run.get("threads").asInt(),
        primary.get("score").asDouble(),
        number(primary.get("scoreError")),
        "thrpt".equals(run.get("mode").asText()),
        secondary(run, "gc.alloc.rate.norm"),
        secondary(run, RedisProfiler.P50),
        secondary(run, RedisProfiler.P99),
        secondary(run, RedisProfiler.COMMANDS),
        secondary(run, RedisProfiler.FALLBACKS));
  }

  /** Time per operation, in whatever unit, for ratios within one run and thread count. */
  double cost() {
    return throughput ? 1 / score : score;
  }

  private static double secondary(JsonNode run, String name) {
    for (var metric : run.get("secondaryMetrics").properties()) {
      if (metric.getKey().endsWith(name)) {
        return number(metric.getValue().get("score"));
      }
    }
    return Double.NaN;
  }

  private static double number(JsonNode node) {
    return node.isNumber() ? node.asDouble() : Double.NaN;
  }
}
