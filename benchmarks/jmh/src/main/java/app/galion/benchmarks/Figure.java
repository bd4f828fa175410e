package app.galion.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * What one contender did at one thread count, read from JMH's file.
 *
 * @param contender who
 * @param threads at how many threads
 * @param scores one of each JVM, the median of its iterations, in JMH's mode: nanoseconds per
 *     operation, or operations a second
 * @param throughput whether more is better
 * @param bytes allocated per operation
 * @param p50 median latency in microseconds, NaN where it was not measured
 * @param p99 likewise
 * @param commands Redis commands per operation, NaN where they were not counted
 * @param fallbacks share of operations that Redis was asked for and did not answer
 */
record Figure(
    Contender contender,
    int threads,
    List<Double> scores,
    boolean throughput,
    double bytes,
    double p50,
    double p99,
    double commands,
    double fallbacks) {

  static Figure read(Question question, JsonNode run) {
    List<Double> scores = new ArrayList<>();
    for (JsonNode jvm : run.at("/primaryMetric/rawData")) {
      scores.add(
          Interval.median(
              StreamSupport.stream(jvm.spliterator(), false)
                  .mapToDouble(JsonNode::asDouble)
                  .toArray()));
    }
    return new Figure(
        question.contender(run.at("/params/contender").asText()),
        run.get("threads").asInt(),
        scores,
        "thrpt".equals(run.get("mode").asText()),
        secondary(run, "gc.alloc.rate.norm"),
        secondary(run, RedisProfiler.P50),
        secondary(run, RedisProfiler.P99),
        secondary(run, RedisProfiler.COMMANDS),
        secondary(run, RedisProfiler.FALLBACKS));
  }

  Interval score() {
    return Interval.of(scores.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Time per operation beside another's, JVM by JVM of the same round. */
  Interval costBeside(Figure other) {
    return Interval.of(
        IntStream.range(0, Math.min(scores.size(), other.scores.size()))
            .mapToDouble(
                i ->
                    throughput
                        ? other.scores.get(i) / scores.get(i)
                        : scores.get(i) / other.scores.get(i))
            .toArray());
  }

  private static double secondary(JsonNode run, String name) {
    for (var metric : run.get("secondaryMetrics").properties()) {
      if (metric.getKey().endsWith(name)) {
        JsonNode score = metric.getValue().get("score");
        return score.isNumber() ? score.asDouble() : Double.NaN;
      }
    }
    return Double.NaN;
  }
}
