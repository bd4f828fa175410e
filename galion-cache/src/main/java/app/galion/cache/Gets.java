package app.galion.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Gets that the local tier did not answer at once. Of concurrent ones for a key, one flies. */
@SuppressWarnings("FutureReturnValueIgnored") // errors are handled in the stages
final class Gets<K, V> {
  private final CacheCore<K, V> core;

  Gets(CacheCore<K, V> core) {
    this.core = core;
  }

  /**
   * @param limit how old a proof may be; below the silence limit nothing is shared that began
   *     before
   */
  Answer<V> get(K key, Work<V> work, long now, @Nullable LocalEntry<V> kept, long limit) {
    KeyName name = open(key);
    boolean strict = limit < core.policy.silenceLimit();
    Answer<V> stale = strict ? null : staleWhileRevalidate(key, name, work, now, kept);
    if (stale != null) {
      return stale;
    }
    CallerThread thread = new CallerThread();
    Flight<V> own = new Flight<>();
    Flight<V> flight = strict ? own : joinOr(name, own);
    if (flight == own) {
      return thread.await(fly(key, name, work, thread, own, strict));
    }
    core.counters.joins.increment();
    return thread.await(joined(key, name, work, thread, flight));
  }

  Map<K, V> getAll(Set<K> keys, BulkLoader<K, V> loader) {
    CallerThread thread = new CallerThread();
    Batch<K, V> batch = new Batch<>(loader);
    Map<K, CompletableFuture<Answer<V>>> ends = new LinkedHashMap<>();
    keys.forEach(core.names::of);
    for (K key : keys) {
      LocalEntry<V> kept = core.local.get(key);
      long now = core.now();
      if (kept != null && kept.hit(now, core.policy.silenceLimit())) {
        core.counters.l1Hits.increment();
        ends.put(
            key,
            CompletableFuture.completedFuture(
                new Answer<>(kept.value, Tier.L1, kept.loadedAt, false)));
      } else {
        ends.put(key, one(key, batch, thread, now, kept));
      }
    }
    thread.await(
        CompletableFuture.allOf(ends.values().toArray(new CompletableFuture<?>[0])),
        batch::loadIfComplete);
    Map<K, V> values = new LinkedHashMap<>();
    ends.forEach(
        (key, end) -> {
          V value = end.join().value();
          if (value != null) {
            values.put(key, value);
          }
        });
    return values;
  }

  private CompletableFuture<Answer<V>> one(
      K key, Batch<K, V> batch, CallerThread thread, long now, @Nullable LocalEntry<V> kept) {
    KeyName name = open(key);
    Work<V> work = batch.work(key);
    Answer<V> stale = staleWhileRevalidate(key, name, work, now, kept);
    if (stale != null) {
      return CompletableFuture.completedFuture(stale);
    }
    Flight<V> own = new Flight<>();
    Flight<V> flight = joinOr(name, own);
    if (flight == own) {
      batch.add(own);
      return fly(key, name, work, thread, own, false);
    }
    core.counters.joins.increment();
    return joined(key, name, work, thread, flight);
  }

  private CompletableFuture<Answer<V>> joined(
      K key, KeyName name, Work<V> work, Executor exec, Flight<V> flight) {
    return limited(flight)
        .exceptionallyComposeAsync(
            error ->
                Loads.unwrap(error) instanceof TimeoutException
                    ? alone(key, name, work, exec)
                    : CompletableFuture.failedFuture(Loads.unwrap(error)),
            exec);
  }

  CompletableFuture<Answer<V>> getAsync(
      K key, Work<V> work, long now, @Nullable LocalEntry<V> kept) {
    KeyName name = open(key);
    Answer<V> stale = staleWhileRevalidate(key, name, work, now, kept);
    if (stale != null) {
      return CompletableFuture.completedFuture(stale);
    }
    Flight<V> own = new Flight<>();
    Flight<V> flight = joinOr(name, own);
    if (flight == own) {
      try {
        core.executor.execute(() -> fly(key, name, work, core.executor, own, false));
      } catch (RejectedExecutionException e) {
        core.flights.remove(name.text(), own);
        own.end(null, e);
      }
      return own.result.copy();
    }
    core.counters.joins.increment();
    return joined(key, name, work, core.executor, flight);
  }

  /** What the tiers hold, even if stale, without a load; completes with null for nothing. */
  CompletableFuture<@Nullable Answer<V>> peek(K key, Executor exec) {
    KeyName name = open(key);
    LocalEntry<V> kept = core.local.get(key);
    long now = core.now();
    if (kept != null
        && kept.proven(now, core.policy.silenceLimit())
        && now - kept.freshUntil < core.graceOf(kept.value)) {
      return CompletableFuture.completedFuture(
          new Answer<>(kept.value, Tier.L1, kept.loadedAt, now - kept.freshUntil >= 0));
    }
    Remote remote = core.remote;
    if (remote == null || core.loadThrough(core.bucket(name), name.text())) {
      return CompletableFuture.completedFuture(null);
    }
    Flight<V> flight = new Flight<>();
    Work<V> none =
        context -> CompletableFuture.failedFuture(new IllegalStateException("peek loads"));
    return new Fetch<>(
            core,
            remote,
            key,
            name,
            none,
            exec,
            flight,
            new Loads<>(core, key, name),
            Fetch.Mode.PEEK)
        .read()
        .whenComplete((answer, error) -> flight.close());
  }

  private KeyName open(K key) {
    if (core.closed) {
      throw new IllegalStateException(core.id + " is closed");
    }
    return core.names.of(key);
  }

  private @Nullable Answer<V> staleWhileRevalidate(
      K key, KeyName name, Work<V> work, long now, @Nullable LocalEntry<V> kept) {
    if (kept == null || kept.value == null) {
      return null;
    }
    long late = now - kept.freshUntil;
    if (late < 0
        || late >= core.policy.staleWhileRevalidate()
        || !kept.proven(now, core.policy.silenceLimit())) {
      return null;
    }
    core.counters.l1Hits.increment();
    core.counters.staleServed.increment();
    new Loads<>(core, key, name).refresh(key, name, work, kept.id, kept.value);
    return new Answer<>(kept.value, Tier.L1, kept.loadedAt, true);
  }

  private Flight<V> joinOr(KeyName name, Flight<V> own) {
    return core.flights.compute(
        name.text(), (text, there) -> there != null && there.joinable() ? there : own);
  }

  private CompletableFuture<Answer<V>> limited(Flight<V> flight) {
    /* the flight's own limit comes first, except when Redis kept it from loading for long */
    long limit = core.policy.loaderTimeout() + 4 * core.policy.redisTimeout().toNanos();
    return flight.result.copy().orTimeout(limit, TimeUnit.NANOSECONDS);
  }

  private CompletableFuture<Answer<V>> fly(
      K key, KeyName name, Work<V> work, Executor exec, Flight<V> flight, boolean strict) {
    CompletableFuture<Answer<V>> end;
    try {
      end = start(key, name, work, exec, flight, strict);
    } catch (Throwable e) {
      end = CompletableFuture.failedFuture(e);
    }
    return end.whenComplete(
        (answer, error) -> {
          flight.close();
          core.flights.remove(name.text(), flight);
          flight.end(answer, error == null ? null : Loads.unwrap(error));
        });
  }

  private CompletableFuture<Answer<V>> start(
      K key, KeyName name, Work<V> work, Executor exec, Flight<V> flight, boolean strict) {
    LocalEntry<V> kept = core.local.get(key);
    if (!strict && kept != null && kept.hit(core.now(), core.policy.silenceLimit())) {
      core.counters.l1Hits.increment();
      return CompletableFuture.completedFuture(
          new Answer<>(kept.value, Tier.L1, kept.loadedAt, false));
    }
    Loads<K, V> loads = new Loads<>(core, key, name);
    if (kept != null && kept.proven(core.now(), core.policy.silenceLimit())) {
      loads.previous(kept.value);
    }
    Remote remote = core.remote;
    if (remote == null || core.loadThrough(core.bucket(name), name.text())) {
      return loads.alone(work, exec, flight, true);
    }
    return new Fetch<>(core, remote, key, name, work, exec, flight, loads, Fetch.Mode.GET).read();
  }

  private CompletableFuture<Answer<V>> alone(K key, KeyName name, Work<V> work, Executor exec) {
    Flight<V> flight = new Flight<>();
    return new Loads<>(core, key, name)
        .alone(work, exec, flight, false)
        .whenComplete((answer, error) -> flight.close());
  }
}
