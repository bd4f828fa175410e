package app.galion.cache;

import static java.util.Objects.requireNonNull;

import app.galion.redis.Subscription;
import app.galion.spi.ComponentId;
import app.galion.spi.Health;
import app.galion.spi.HealthProbe;
import app.galion.spi.Stale;
import app.galion.spi.StaleSource;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cache in two tiers, this process and Redis, that is coherent across nodes: a get that starts
 * more than the silence limit (3 s) after a write returned {@link WriteResult#APPLIED} never
 * returns the older value, on any node, whatever messages or connections were lost. While messages
 * arrive, that is the time of their way.
 *
 * <p>Of concurrent gets for a missing key one loads, across all nodes, while Redis is there. No
 * trouble with Redis reaches the caller: the value is then loaded.
 *
 * <p>Thread-safe. Keys and values are not copied: do not change them.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
public final class TieredCache<K, V> implements StaleSource<K, V>, HealthProbe, AutoCloseable {

  private final CacheCore<K, V> core;
  private final Gets<K, V> gets;
  private final long silenceLimit;
  private final @Nullable ExecutorService ownExecutor;
  final List<Subscription> subscriptions;

  TieredCache(CacheCore<K, V> core, @Nullable ExecutorService ownExecutor) {
    this.core = core;
    this.ownExecutor = ownExecutor;
    gets = new Gets<>(core);
    silenceLimit = core.policy.silenceLimit();
    Remote remote = core.remote;
    Beats beats = core.beats;
    if (remote == null || beats == null) {
      subscriptions = List.of();
    } else {
      subscriptions =
          core.buckets.stream()
              .map(bucket -> remote.subscribe(bucket, beats.new Listener(bucket, core::onMessage)))
              .toList();
      beats.start();
    }
  }

  /**
   * Starts building a cache.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param name 1 to 100 letters, digits, {@code . _ -}; caches of one name, application and Redis
   *     share their entries
   * @param codec how values become bytes in Redis
   * @return a builder
   */
  public static <K, V> TieredCacheBuilder<K, V> builder(String name, Codec<V> codec) {
    return new TieredCacheBuilder<>(name, codec);
  }

  /**
   * Returns the value of a key: from this process, else from Redis, else from the loader on this
   * thread, unless another call or node is loading it already, for which this waits at most {@code
   * loaderTimeout}.
   *
   * @param key the key
   * @param loader loads what neither tier holds
   * @return the value, or null if the loader said that there is none
   * @throws LoadException if the loader threw a checked exception, or took too long for those who
   *     wait; what is unchecked passes as it is
   * @throws IllegalArgumentException if the key's text is empty or longer than 1024 bytes
   */
  public @Nullable V get(K key, Loader<? super K, ? extends V> loader) {
    LocalEntry<V> kept = core.local.get(requireNonNull(key, "key"));
    long now = core.ticker.read();
    if (kept != null && kept.hit(now, silenceLimit)) {
      core.counters.l1Hits.increment();
      return kept.value;
    }
    Work<V> work = Work.of(requireNonNull(loader, "loader"), key);
    return gets.get(key, work, now, kept, ReadOptions.of()).value();
  }

  /**
   * Returns the value of a key as {@link #get} does, with where it came from.
   *
   * @param key the key
   * @param loader loads what neither tier holds
   * @return the answer
   * @throws LoadException as {@link #get} does
   */
  public Entry<V> getEntry(K key, Loader<? super K, ? extends V> loader) {
    return entry(key, Work.of(requireNonNull(loader, "loader"), key), ReadOptions.of());
  }

  /**
   * Returns the value of a key as {@link #getEntry(Object, Loader)} does, from a loader that may
   * say how to keep what it loads.
   *
   * @param key the key
   * @param loader loads what neither tier holds
   * @return the answer
   * @throws LoadException as {@link #get} does
   */
  public Entry<V> getEntry(K key, ContextLoader<? super K, V> loader) {
    return entry(key, Work.of(requireNonNull(loader, "loader"), key), ReadOptions.of());
  }

  /**
   * Returns the value of a key as {@link #getEntry(Object, Loader)} does, as asked for this call.
   *
   * @param key the key
   * @param options what this call asks for
   * @param loader loads what neither tier holds
   * @return the answer
   * @throws LoadException as {@link #get} does
   */
  public Entry<V> getEntry(K key, ReadOptions options, Loader<? super K, ? extends V> loader) {
    return entry(key, Work.of(requireNonNull(loader, "loader"), key), options);
  }

  /**
   * Returns the value of a key as {@link #getEntry(Object, ContextLoader)} does, as asked for this
   * call.
   *
   * @param key the key
   * @param options what this call asks for
   * @param loader loads what neither tier holds
   * @return the answer
   * @throws LoadException as {@link #get} does
   */
  public Entry<V> getEntry(K key, ReadOptions options, ContextLoader<? super K, V> loader) {
    return entry(key, Work.of(requireNonNull(loader, "loader"), key), options);
  }

  private Entry<V> entry(K key, Work<V> work, ReadOptions options) {
    LocalEntry<V> kept = core.local.get(requireNonNull(key, "key"));
    long now = core.ticker.read();
    return kept != null && hits(kept, now, options)
        ? l1(kept, now)
        : gets.get(key, work, now, kept, options).entry(core.now());
  }

  private boolean hits(LocalEntry<V> kept, long now, ReadOptions options) {
    if (options.skipsLocal() || options.refreshes()) {
      return false;
    }
    long limit = core.limit(options);
    return core.shared(options) ? kept.hit(now, limit) : limit > 0 && kept.serves(now, limit);
  }

  private Entry<V> l1(LocalEntry<V> kept, long now) {
    core.counters.l1Hits.increment();
    return new Entry<>(kept.value, Tier.L1, Duration.ofNanos(now - kept.loadedAt), false);
  }

  /**
   * Returns the value of a key without blocking. Ends at the latest {@code loaderTimeout} after the
   * loader was called.
   *
   * @param key the key
   * @param loader starts a load, on the cache's executor
   * @return completes with the answer, or with what {@link #get} would throw
   */
  public CompletableFuture<Entry<V>> getAsync(K key, AsyncLoader<? super K, ? extends V> loader) {
    return getAsync(key, ReadOptions.of(), loader);
  }

  /**
   * Returns the value of a key as {@link #getAsync(Object, AsyncLoader)} does, as asked for this
   * call.
   *
   * @param key the key
   * @param options what this call asks for
   * @param loader starts a load, on the cache's executor
   * @return completes with the answer, or with what {@link #get} would throw
   */
  public CompletableFuture<Entry<V>> getAsync(
      K key, ReadOptions options, AsyncLoader<? super K, ? extends V> loader) {
    LocalEntry<V> kept = core.local.get(requireNonNull(key, "key"));
    long now = core.ticker.read();
    if (kept != null && hits(kept, now, options)) {
      return CompletableFuture.completedFuture(l1(kept, now));
    }
    Work<V> work = Work.ofAsync(requireNonNull(loader, "loader"), key);
    return gets.getAsync(key, work, now, kept, options)
        .thenApply(answer -> answer.entry(core.now()));
  }

  /**
   * Returns the values of many keys: all are looked up together, and those that neither tier holds
   * are loaded by one call of the loader, except those that another call or node is loading
   * already.
   *
   * @param keys the keys
   * @param loader loads many values on this thread
   * @return values by key, in the order of the keys; without those of which there is none
   * @throws LoadException as {@link #get} does, if any load failed; what was found or loaded for
   *     other keys is kept
   */
  public Map<K, V> getAll(Collection<? extends K> keys, BulkLoader<K, V> loader) {
    return gets.getAll(new LinkedHashSet<>(keys), requireNonNull(loader, "loader"));
  }

  /**
   * Returns what the tiers hold, fresh or stale, without a load.
   *
   * @param key the key
   * @return the entry, whose value is null if it is known that there is none; empty if neither tier
   *     holds the key or Redis does not answer
   */
  public Optional<Entry<V>> peek(K key) {
    return peek(key, ReadOptions.of());
  }

  /**
   * Returns what the tiers hold as {@link #peek(Object)} does, as asked for this call.
   *
   * @param key the key
   * @param options what this call asks for; not {@link ReadOptions#refresh}
   * @return the entry, or empty
   * @throws IllegalArgumentException if a refresh is asked for: nothing is loaded here
   */
  public Optional<Entry<V>> peek(K key, ReadOptions options) {
    if (options.refreshes()) {
      throw new IllegalArgumentException(core.id + ": peek loads nothing, so it cannot refresh");
    }
    CallerThread thread = new CallerThread();
    Answer<V> answer = thread.await(gets.peek(requireNonNull(key, "key"), thread, options));
    return Optional.ofNullable(answer).map(found -> found.entry(core.now()));
  }

  /**
   * Replaces the value of a key on all nodes. If others write the same row, prefer {@link
   * #invalidate}: the cache does not know in which order the database saw the writes.
   *
   * @param key the key
   * @param value the value
   * @param tags by which it can be invalidated: at most 16, each 1 to 100 letters, digits, {@code .
   *     _ - : /}
   * @return what became of it
   */
  public WriteResult put(K key, V value, String... tags) {
    return core.writes.put(
        requireNonNull(key, "key"), requireNonNull(value, "value"), Tags.of(tags));
  }

  /**
   * Puts a value if neither tier holds one for its key, decided in Redis. That it is known that
   * there is none counts as a value.
   *
   * @param key the key
   * @param value the value
   * @return {@link WriteResult#REFUSED} if there is one; {@link WriteResult#QUEUED} if Redis did
   *     not answer: the key is then invalidated, not put
   */
  public WriteResult putIfAbsent(K key, V value) {
    return core.conditions.putIfAbsent(requireNonNull(key, "key"), requireNonNull(value, "value"));
  }

  /**
   * Replaces a value by what a function makes of it, by compare and set in Redis; the function runs
   * again when another node was faster.
   *
   * @param key the key
   * @param change gets the value, or null if there is none or it is past its freshness; returns the
   *     new value, or null to leave everything as it is. Has no side effects
   * @return {@link WriteResult#REFUSED} if the function returned null, or others were faster 20
   *     times; {@link WriteResult#QUEUED} if Redis did not answer: the key is then invalidated
   */
  public WriteResult compute(K key, Function<? super @Nullable V, ? extends @Nullable V> change) {
    return core.conditions.compute(requireNonNull(key, "key"), requireNonNull(change, "change"));
  }

  /**
   * Ends a value's freshness on all nodes and keeps it: the next get loads, and if that fails or
   * while it lasts the value serves for {@code staleIfError} and {@code staleWhileRevalidate}.
   *
   * @param key the key
   * @return what became of it; {@link WriteResult#REFUSED} if there is no value in Redis
   */
  public WriteResult expire(K key) {
    return core.conditions.expire(requireNonNull(key, "key"));
  }

  /**
   * Removes a key on all nodes, and refuses loads of it that are under way. Call it after the
   * database has committed.
   *
   * @param key the key
   * @return what became of it
   */
  public WriteResult invalidate(K key) {
    return core.writes.invalidate(List.of(requireNonNull(key, "key")));
  }

  /**
   * Removes keys on all nodes, all at once rather than one after the other.
   *
   * @param keys the keys
   * @return {@link WriteResult#QUEUED} if any was
   */
  public WriteResult invalidateAll(Iterable<? extends K> keys) {
    return core.writes.invalidate(keys);
  }

  /**
   * Removes all keys that carry one of some tags on all nodes; it takes the same time however many
   * there are. A tag of which Redis has lost count hides more than it must, never less.
   *
   * @param tags the tags
   * @return {@link WriteResult#QUEUED} if any was: all keys of that part are then dropped later
   */
  public WriteResult invalidateTags(String... tags) {
    return core.writes.invalidateTags(Tags.of(tags));
  }

  /**
   * Removes all keys on all nodes, by a mark in each bucket: it takes the same time however many
   * there are, and Redis drops the entries when they expire.
   *
   * @return {@link WriteResult#QUEUED} if it was for a part of the keys
   */
  public WriteResult clear() {
    return core.writes.clear();
  }

  /**
   * Tells what this node knows about a key and what Redis shows of it, for people: where it is,
   * age, version, lease, proof and the last decision. Asks Redis once, within {@code redisTimeout}.
   *
   * @param key the key
   * @return some lines of text, whose form may change
   */
  public String explain(K key) {
    return Explanations.of(core, requireNonNull(key, "key"));
  }

  /**
   * Returns counts since the cache was built.
   *
   * @return a snapshot
   */
  public CacheStats stats() {
    return core.counters.snapshot(core.local.size());
  }

  /**
   * Returns the last value of a key that is still within its grace; nothing that is known to have
   * been written since.
   */
  @Override
  public CompletionStage<Optional<Stale<V>>> lastGood(K key) {
    CompletableFuture<@Nullable Answer<V>> peeked;
    try {
      peeked = gets.peek(requireNonNull(key, "key"), core.executor, ReadOptions.of());
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return peeked.handle(
        (answer, error) -> {
          V value = answer == null ? null : answer.value();
          return answer == null || value == null
              ? Optional.empty()
              : Optional.of(new Stale<>(value, answer.entry(core.now()).age()));
        });
  }

  @Override
  public ComponentId id() {
    return core.id;
  }

  @Override
  public Health health() {
    return Explanations.health(core);
  }

  CacheCore<K, V> core() {
    return core;
  }

  /**
   * Ends the cache's threads and its interest in messages. The Redis link stays open. Blocking
   * calls under way end as ever, though none waits for another node any longer; of asynchronous
   * ones, those that need the cache's own executor fail with an {@link IllegalStateException}.
   */
  @Override
  public void close() {
    core.closed = true;
    subscriptions.forEach(Subscription::close);
    core.timer.shutdown(); // what waits for a time that was set goes on then
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
  }

  @Override
  public String toString() {
    return core.id.toString();
  }
}
