package app.galion.redis;

import static java.util.Objects.requireNonNull;

import app.galion.redis.RedisUnavailableException.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** Shows a link's counters to Micrometer. Needs {@code micrometer-core} on the class path. */
@SuppressWarnings("exports") // Micrometer is optional: not every reader of this module has it
public final class RedisLinkMetrics implements MeterBinder {

  private final RedisLink link;

  /**
   * Creates the binder of one link.
   *
   * @param link the link, whose app becomes the tag {@code link}
   */
  public RedisLinkMetrics(RedisLink link) {
    this.link = requireNonNull(link, "link");
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Tags tags = Tags.of("link", link.app());
    LinkCounters counters = link.counters();
    count(registry, tags, "calls", "Calls asked for", counters.calls);
    for (Reason reason : Reason.values()) {
      count(
          registry,
          tags.and("reason", reason.name().toLowerCase(Locale.ROOT)),
          "failures",
          "Calls that ended without an answer",
          counters.failures(reason));
    }
    count(registry, tags, "noscript", "Scripts sent whole", counters.unknownScripts);
    count(registry, tags, "redirects", "Calls sent on to another node", counters.redirects);
    count(registry, tags, "connects", "Connections opened", counters.connects);
    count(registry, tags, "disconnects", "Connections lost", counters.disconnects);
    count(registry, tags, "suspicions", "Connections that fell silent", counters.suspicions);
    count(registry, tags, "bus.messages", "Messages received", counters.messages);
    count(registry, tags, "bus.losses", "Times messages may be missing", counters.losses);
    count(registry, tags, "bus.failures", "Failures of listeners", counters.listenerFailures);
    gauge(registry, tags, "available", "1 while calls are sent", l -> l.available() ? 1 : 0);
    gauge(
        registry, tags, "nodes", "Servers that calls go to", l -> l.core().route().nodes().size());
    gauge(
        registry,
        tags,
        "nodes.available",
        "Of these, servers that are connected and not silent",
        l -> l.core().route().nodes().stream().filter(Node::available).count());
    gauge(registry, tags, "epoch", "Grows when data may be lost", RedisLink::epoch);
    gauge(registry, tags, "in.flight", "Calls that wait", l -> l.core().inFlight());
  }

  private static void count(
      MeterRegistry registry, Tags tags, String name, String what, LongAdder counter) {
    FunctionCounter.builder("galion.redis." + name, counter, LongAdder::sum)
        .tags(tags)
        .description(what)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      Tags tags,
      String name,
      String what,
      ToDoubleFunction<RedisLink> value) {
    Gauge.builder("galion.redis." + name, link, value)
        .tags(tags)
        .description(what)
        .register(registry);
  }
}
