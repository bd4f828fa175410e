package app.galion.cache;

import app.galion.spi.ComponentId;
import app.galion.spi.Guard;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the parts of one cache share. */
@SuppressWarnings("FutureReturnValueIgnored") // errors are handled in the stages
final class CacheCore<K, V> {
  private static final int LOCAL_BUCKETS = 16;

  final ComponentId id;
  final CachePolicy policy;
  final Codec<V> codec;
  final Names<K> names;
  final Ticker ticker;
  final Guard guard;
  final Executor executor;
  final ScheduledExecutorService timer;
  final @Nullable Remote remote;
  final @Nullable Beats beats;
  final Counters counters = new Counters();
  final OperationIds ids;
  final LocalBound bound;
  final LocalTier<K, V> local;
  final List<Bucket> buckets = new ArrayList<>();
  final ConcurrentHashMap<String, Flight<V>> flights = new ConcurrentHashMap<>();
  final Recursion recursion;
  final Decisions decisions = new Decisions();
  final Set<String> leases = ConcurrentHashMap.newKeySet();
  final Refreshes<K, V> refreshes = new Refreshes<>(this);
  final Writes<K, V> writes;
  final Conditions<K, V> conditions;
  volatile boolean closed;

  CacheCore(
      ComponentId id,
      CachePolicy policy,
      Codec<V> codec,
      Names<K> names,
      LocalBound bound,
      Ticker ticker,
      Guard guard,
      Executor executor,
      ScheduledExecutorService timer,
      InstantSource wallClock,
      @Nullable Remote remote) {
    this.id = id;
    this.policy = policy;
    this.codec = codec;
    this.names = names;
    this.ticker = ticker;
    ids = new OperationIds(ticker);
    this.guard = guard;
    this.executor = executor;
    this.timer = timer;
    this.remote = remote;
    recursion = new Recursion(id);
    this.bound = bound;
    local = new LocalTier<>(bound, names, counters.evictions);
    long now = ticker.read();
    int count = remote == null ? LOCAL_BUCKETS : Remote.BUCKETS;
    /* with Redis nothing is verified before the first heartbeat; without, everything always is */
    long verifiedAt = remote == null ? now : now - policy.silenceLimit() - 1;
    for (int i = 0; i < count; i++) {
      buckets.add(new Bucket(i, local, verifiedAt, tickets -> wake(tickets, Ticket.Wake.LOOK)));
    }
    writes = new Writes<>(this);
    conditions = new Conditions<>(this);
    beats =
        remote == null
            ? null
            : new Beats(
                id,
                remote,
                buckets,
                ticker,
                ids,
                counters,
                timer,
                new Suspension(ticker, wallClock),
                writes::drain);
  }

  Bucket bucket(KeyName name) {
    return buckets.get(name.bucket(buckets.size()));
  }

  long now() {
    return ticker.read();
  }

  /** Whether Redis is not to be asked about this key now. */
  boolean loadThrough(Bucket bucket, String name) {
    return beats == null || bucket.gated(name) || beats.away(bucket, now(), policy.silenceLimit());
  }

  void decided(KeyName name, String what) {
    decisions.note(name, what, now());
  }

  /** How old a proof may be for a call. */
  long limit(ReadOptions options) {
    return remote == null ? policy.silenceLimit() : options.limit(policy.silenceLimit());
  }

  /** Whether a call may have what another one began to fetch. */
  boolean shared(ReadOptions options) {
    return options.shared(remote == null ? 0 : policy.silenceLimit());
  }

  /** How old a proof may be where there is no other answer. */
  long trust(Call<K, V> call) {
    return call.limit() + (outage(call) ? policy.serveUnverified() : 0);
  }

  /** What is kept though its proof is old, while Redis cannot be asked; null for nothing. */
  @Nullable Answer<V> unverified(Call<K, V> call) {
    LocalEntry<V> kept = outage(call) ? call.kept() : null;
    if (kept == null || !kept.unverified(now(), trust(call))) {
      return null;
    }
    counters.staleServed.increment();
    decided(call.name(), "served unverified: Redis is away");
    return new Answer<>(kept.value, Tier.L1, kept.loadedAt, true);
  }

  private boolean outage(Call<K, V> call) {
    return policy.serveUnverified() > 0
        && shared(call.options())
        && loadThrough(call.bucket(), call.name().text());
  }

  boolean away() {
    return beats != null
        && buckets.stream().anyMatch(b -> beats.away(b, now(), policy.silenceLimit()));
  }

  void onMessage(byte[] message) {
    counters.received.increment();
    Object parsed = Write.parse(message);
    if (parsed instanceof Write write && inRange(write.bucket())) {
      Bucket bucket = buckets.get(write.bucket());
      counters.echo(ids.age(write.at().id(), now()));
      if (bucket.received(write) && beats != null) {
        beats.hurry(bucket);
      }
    } else if (parsed instanceof Write.Release end && inRange(end.bucket())) {
      wake(buckets.get(end.bucket()).waitersOf(end.key()), new Ticket.Wake(end.token(), end.why()));
    }
  }

  private boolean inRange(int bucket) {
    return bucket >= 0 && bucket < buckets.size();
  }

  void wake(List<Ticket> tickets, Ticket.Wake why) {
    for (Ticket ticket : tickets) {
      if (ticket.wake.getNumberOfDependents() == 0) {
        ticket.wake.complete(why);
      } else {
        later(() -> ticket.wake.complete(why), 0);
      }
    }
  }

  /** Runs something cheap after a while; after the cache is closed, at once. */
  Future<?> later(Runnable action, long nanos) {
    try {
      return timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      action.run();
      return CompletableFuture.completedFuture(null);
    }
  }

  /** The entry for a value that was loaded when the ticker showed {@code loadedAt}. */
  LocalEntry<V> entry(
      @Nullable V value,
      String opId,
      Ticket ticket,
      long loadedAt,
      long fresh,
      long provenAt,
      Tags tags) {
    long size = bound.bytes() ? encodedSize(value) : 0;
    return entry(value, opId, ticket, loadedAt, fresh, provenAt, tags, size);
  }

  /**
   * As above, where the size of the encoded value is known.
   *
   * @param size counts only where the local tier is bound by bytes
   */
  LocalEntry<V> entry(
      @Nullable V value,
      String opId,
      Ticket ticket,
      long loadedAt,
      long fresh,
      long provenAt,
      Tags tags,
      long size) {
    long localFor = policy.shortened(policy.localFor(), ThreadLocalRandom.current().nextDouble());
    LocalEntry<V> entry =
        new LocalEntry<>(
            value,
            opId,
            ticket,
            loadedAt,
            loadedAt + fresh,
            now() + localFor,
            provenAt,
            tags,
            bound.bytes() ? LocalBound.weight(ticket.name, size) : 1);
    return policy.refreshAhead() < 1 && value != null
        ? entry.refreshedFrom(loadedAt + (long) (fresh * policy.refreshAhead()))
        : entry;
  }

  /* what cannot be encoded cannot be weighed, so there is no room for it */
  private long encodedSize(@Nullable V value) {
    try {
      return value == null ? 0 : codec.encode(value).length;
    } catch (Exception e) {
      counters.oversized.increment();
      return Integer.MAX_VALUE;
    }
  }

  /** How long a loaded value stays fresh; 0 for not at all. */
  long freshFor(@Nullable V value, LoadContext<V> context) {
    if (!context.stores()) {
      return 0;
    }
    Duration own = context.ownFreshFor();
    return own == null
        ? freshFor(value)
        : policy.shortened(own.toNanos(), ThreadLocalRandom.current().nextDouble());
  }

  /** How long a value put now stays fresh. */
  long freshFor(@Nullable V value) {
    return policy.shortened(
        value == null ? policy.negativeFor() : policy.freshFor(),
        ThreadLocalRandom.current().nextDouble());
  }

  long graceOf(@Nullable V value) {
    return value == null ? 0 : policy.grace();
  }

  /** The envelope of a value, or null if it does not fit into Redis. */
  byte @Nullable [] envelope(@Nullable V value, KeyName name, long loadedAt, long fresh) {
    try {
      byte[] bytes = value == null ? null : codec.encode(value);
      if (remote == null || (bytes != null && bytes.length > CachePolicy.MAX_VALUE_BYTES)) {
        counters.oversized.increment();
        return null;
      }
      long micros = remote.serverMicros() - (now() - loadedAt) / 1000;
      return Envelope.of(bytes, micros, fresh / 1_000_000)
          .write(codec.schema(), name.hash(), policy.compressAbove());
    } catch (Exception e) {
      counters.oversized.increment();
      return null;
    }
  }

  /** Time to live in Redis. */
  byte[] ttl(@Nullable V value, long fresh) {
    return Remote.number(Math.max(1, (fresh + graceOf(value)) / 1_000_000));
  }
}
