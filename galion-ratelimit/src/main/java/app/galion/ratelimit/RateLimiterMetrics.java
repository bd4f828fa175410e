package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of one limiter, tagged with its name, never with a subject: {@code
 * galion.ratelimit.decisions} (source, outcome), {@code .denials} and {@code .shadow.denials}
 * (policy, at most 200 each), {@code .redis.calls}, {@code .redis.decisions}, {@code
 * .redis.failures}, {@code .redis.late}, {@code .refunds}, {@code .leases}, {@code
 * .deny.memory.size}, {@code .listener.failures}, {@code .listener.dropped}.
 */
@SuppressWarnings("exports") // Micrometer is optional: not every reader of this module has it
public final class RateLimiterMetrics implements MeterBinder {

  private final RateLimiter limiter;

  /**
   * Creates the meters; nothing is registered yet.
   *
   * @param limiter whose meters
   */
  public RateLimiterMetrics(RateLimiter limiter) {
    this.limiter = requireNonNull(limiter, "limiter");
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Counters counters = limiter.counters();
    Tags tags = Tags.of("limiter", limiter.id().name());
    for (Decision.Source source : Decision.Source.values()) {
      Tags by = tags.and("source", source.name().toLowerCase(Locale.ROOT));
      String decisions = "galion.ratelimit.decisions";
      counter(registry, decisions, by.and("outcome", "admitted"), counters.admitted(source));
      counter(registry, decisions, by.and("outcome", "denied"), counters.denied(source));
    }
    counters.watchDenials(
        (policy, count) ->
            counter(registry, "galion.ratelimit.denials", tags.and("policy", policy), count));
    limiter
        .shadowCounters()
        .watchDenials(
            (policy, count) ->
                counter(
                    registry,
                    "galion.ratelimit.shadow.denials",
                    tags.and("policy", policy),
                    count));
    counter(registry, "galion.ratelimit.listener.failures", tags, counters.listenerFailures);
    counter(registry, "galion.ratelimit.listener.dropped", tags, counters.dropped);
    counter(registry, "galion.ratelimit.redis.calls", tags, counters.calls);
    counter(registry, "galion.ratelimit.redis.decisions", tags, counters.asked);
    counter(registry, "galion.ratelimit.redis.failures", tags, counters.failures);
    counter(registry, "galion.ratelimit.redis.late", tags, counters.late);
    counter(registry, "galion.ratelimit.refunds", tags, counters.refunds);
    Gauge.builder("galion.ratelimit.leases", limiter, RateLimiter::leases)
        .tags(tags)
        .register(registry);
    Gauge.builder("galion.ratelimit.deny.memory.size", limiter, RateLimiter::remembered)
        .tags(tags)
        .register(registry);
  }

  private static void counter(MeterRegistry registry, String name, Tags tags, LongAdder count) {
    FunctionCounter.builder(name, count, LongAdder::doubleValue).tags(tags).register(registry);
  }
}
