package app.galion.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds to each iteration: latency percentiles, Redis commands per operation (those that scripts
 * call included), and the share of decisions that were not made in Redis.
 */
public final class RedisProfiler implements InternalProfiler {
  static final String P50 = "latency.p50";
  static final String P99 = "latency.p99";
  static final String COMMANDS = "redis.commands";
  static final String FALLBACKS = "fallback.share";

  private static final Pattern CALLS = Pattern.compile("cmdstat_(?!info|config)[^:]+:calls=(\\d+)");
  private static final SynchronizedHistogram LATENCIES =
      new SynchronizedHistogram(java.util.concurrent.TimeUnit.MINUTES.toNanos(1), 3);
  private static final LongAdder ELSEWHERE = new LongAdder();

  private static @Nullable StatefulRedisConnection<String, String> connection;
  private long commandsBefore;

  static void add(Histogram latencies) {
    LATENCIES.add(latencies);
  }

  /** Counts a decision that Redis was asked for and did not make. */
  static void countFallback() {
    ELSEWHERE.increment();
  }

  @Override
  public String getDescription() {
    return "latency percentiles and Redis commands per operation";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    LATENCIES.reset();
    ELSEWHERE.reset();
    commandsBefore = commands();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double operations = Math.max(1, result.getMetadata().getAllOps());
    List<Result<?>> results = new ArrayList<>();
    results.add(scalar(P50, LATENCIES.getValueAtPercentile(50) / 1e3, "us"));
    results.add(scalar(P99, LATENCIES.getValueAtPercentile(99) / 1e3, "us"));
    results.add(scalar(COMMANDS, (commands() - commandsBefore) / operations, "commands/op"));
    results.add(scalar(FALLBACKS, ELSEWHERE.sum() / operations, "share"));
    return results;
  }

  private static ScalarResult scalar(String label, double value, String unit) {
    return new ScalarResult(label, value, unit, AggregationPolicy.AVG);
  }

  private long commands() {
    StatefulRedisConnection<String, String> link = connection;
    if (link == null) {
      RedisClient client = BenchRedis.lettuce();
      link = client.connect();
      connection = link; // one of all profilers; its JVM ends with the run
    }
    Matcher calls = CALLS.matcher(link.sync().info("commandstats"));
    long sum = 0;
    while (calls.find()) {
      sum += Long.parseLong(calls.group(1));
    }
    return sum;
  }
}
