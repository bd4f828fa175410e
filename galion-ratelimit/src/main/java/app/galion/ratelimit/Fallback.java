package app.galion.ratelimit;

import app.galion.redis.RedisLink;
import app.galion.spi.ComponentId;
import app.galion.spi.Health;
import app.galion.spi.Ticker;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What decides while Redis cannot, and the record of that it does. */
final class Fallback {

  private static final System.Logger LOG = System.getLogger(RateLimiter.class.getName());
  private static final long WARN_EVERY = TimeUnit.MINUTES.toNanos(1);
  private static final long RECENT = TimeUnit.SECONDS.toNanos(10);
  private static final long CLOSED_RETRY = TimeUnit.SECONDS.toNanos(1);

  private final ComponentId id;
  private final Ticker ticker;
  private final LocalLimits local;
  private final @Nullable RedisLink link;
  private final boolean store;
  private final boolean quiet;
  private final @Nullable EvictionCheck eviction;
  private final Counters counters;
  private final AtomicBoolean engaged = new AtomicBoolean();
  private final AtomicBoolean warned = new AtomicBoolean();
  private final AtomicLong nextWarning;
  private volatile long lastFailure;
  private volatile String lastCause = "";

  Fallback(
      ComponentId id,
      Ticker ticker,
      LocalLimits local,
      @Nullable RedisLink link,
      boolean store,
      Counters counters) {
    this(id, ticker, local, link, store, false, counters);
  }

  /** One that neither warns nor looks at the server: another one of the same limiter does. */
  static Fallback quiet(ComponentId id, Ticker ticker, LocalLimits local, Counters counters) {
    return new Fallback(id, ticker, local, null, false, true, counters);
  }

  private Fallback(
      ComponentId id,
      Ticker ticker,
      LocalLimits local,
      @Nullable RedisLink link,
      boolean store,
      boolean quiet,
      Counters counters) {
    this.id = id;
    this.quiet = quiet;
    this.ticker = ticker;
    this.local = local;
    this.link = link;
    this.store = store;
    this.eviction = link == null ? null : new EvictionCheck(id, link);
    this.counters = counters;
    this.nextWarning = new AtomicLong(ticker.read());
    if (eviction != null) {
      eviction.look();
    }
  }

  /** Decides by the policies' choices; of several the strictest is named as the source. */
  Decision decide(Request request) {
    Decision uncounted = uncounted(request);
    return uncounted != null ? uncounted : local.decide(request.where(Fallback::failsLocal));
  }

  /** The decision of policies that count nothing, or null where local limits decide. */
  @Nullable Decision uncounted(Request request) {
    boolean counts = false;
    int limit = 0;
    for (LimitKey key : request.keys) {
      switch (key.policy().onFailure()) {
        case FAIL_CLOSED -> {
          return new Decision(
              Decision.Reason.UNAVAILABLE,
              Decision.Source.FAIL_CLOSED,
              CLOSED_RETRY,
              Standing.nominal(request.keys, false, limit),
              0);
        }
        case FAIL_LOCAL -> counts = true;
        case FAIL_OPEN -> {}
      }
      limit += key.policy().limits().size();
    }
    return counts
        ? null
        : new Decision(
            Decision.Reason.ADMITTED,
            Decision.Source.FAIL_OPEN,
            0,
            Standing.nominal(request.keys, true, -1),
            0);
  }

  static boolean failsLocal(LimitKey key) {
    return key.policy().onFailure() == FailurePolicy.FAIL_LOCAL;
  }

  void failed(Throwable cause) {
    counters.failures.increment();
    if (quiet) {
      return;
    }
    lastFailure = ticker.read();
    String words = cause instanceof TimeoutException ? "deadline passed" : words(cause);
    lastCause = words;
    engaged.set(true);
    long due = nextWarning.get();
    if (lastFailure - due >= 0 && nextWarning.compareAndSet(due, lastFailure + WARN_EVERY)) {
      warned.set(true);
      LOG.log(
          Level.WARNING,
          "{0} gets no answer from {1} ({2}): each policy''s failure policy decides until it does",
          id,
          asked(),
          words);
    }
  }

  private static String words(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private String asked() {
    return store ? "its store" : "Redis";
  }

  void answered() {
    if (engaged.get()) {
      engaged.set(false);
    }
    if (warned.get() && warned.compareAndSet(true, false)) {
      LOG.log(Level.INFO, "{0} has answers from {1} again", id, asked());
      if (eviction != null) {
        eviction.lookAgain();
      }
    } else if (eviction != null) {
      eviction.lookOnce();
    }
  }

  Health health(long remembered) {
    Map<String, String> details = new TreeMap<>();
    details.put("deny-memory", Long.toString(remembered));
    RedisLink redis = link;
    if (redis == null && !store) {
      details.put("mode", "local");
      return Health.of(Health.Status.UP, details);
    }
    boolean failing = engaged.get() && ticker.read() - lastFailure < RECENT;
    boolean down = failing || (redis != null && !redis.available());
    details.put("mode", down ? "fallback" : store ? "store" : "redis");
    if (redis != null) {
      details.put("nodes", Integer.toString(redis.fleet().size()));
    }
    if (failing) {
      details.put("last-failure", lastCause);
    }
    if (eviction != null) {
      details.put("eviction", eviction.policy());
    }
    return Health.of(down ? Health.Status.DEGRADED : Health.Status.UP, details);
  }
}
