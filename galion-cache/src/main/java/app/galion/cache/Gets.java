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

  Answer<V> get(K key, Work<V> work, long now, @Nullable LocalEntry<V> kept, ReadOptions options) {
    KeyName name = open(key);
    boolean shared = core.shared(options);
    Answer<V> early = shared ? early(key, name, work, now, kept) : null;
    if (early != null) {
      return early;
    }
    core.recursion.refuse(name);
    CallerThread thread = new CallerThread();
    Flight<V> own = new Flight<>();
    Flight<V> flight = shared ? joinOr(name, own) : own;
    Call<K, V> call = call(key, name, work, options, thread, flight);
    return thread.await(orSoft(flight, flight == own ? fly(call) : joined(call)));
  }

  Map<K, V> getAll(Set<K> keys, BulkLoader<K, V> loader) {
    CallerThread thread = new CallerThread();
    Batch<K, V> batch = new Batch<>(loader, core.recursion);
    Map<K, CompletableFuture<Answer<V>>> ends = new LinkedHashMap<>();
    keys.forEach(this::refuseRecursion);
    BulkReads reads = core.remote == null ? null : new BulkReads(core.remote);
    try {
      for (K key : keys) {
        LocalEntry<V> kept = core.local.get(key);
        long now = core.now();
        if (kept != null && kept.hit(now, core.policy.silenceLimit())) {
          ends.put(key, CompletableFuture.completedFuture(hit(kept)));
        } else {
          ends.put(key, one(key, batch, reads, thread, now, kept));
        }
      }
    } finally {
      if (reads != null) {
        reads.send();
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

  private Answer<V> hit(LocalEntry<V> kept) {
    core.counters.l1Hits.increment();
    return new Answer<>(kept.value, Tier.L1, kept.loadedAt, false);
  }

  /** Before anything of the call begins: what had begun would be left behind. */
  private void refuseRecursion(K key) {
    KeyName name = core.names.of(key);
    LocalEntry<V> kept = core.local.get(key);
    if (kept == null || !kept.serves(core.now(), core.policy.silenceLimit())) {
      core.recursion.refuse(name);
    }
  }

  private CompletableFuture<Answer<V>> one(
      K key,
      Batch<K, V> batch,
      @Nullable BulkReads reads,
      CallerThread thread,
      long now,
      @Nullable LocalEntry<V> kept) {
    KeyName name = open(key);
    Work<V> work = batch.work(key, name);
    Answer<V> early = early(key, name, work, now, kept);
    if (early != null) {
      return CompletableFuture.completedFuture(early);
    }
    Flight<V> own = new Flight<>();
    own.holdItsCaller();
    Flight<V> flight = joinOr(name, own);
    Call<K, V> call =
        new Call<>(
            core, key, name, core.bucket(name), work, ReadOptions.of(), thread, flight, reads);
    if (flight == own) {
      batch.add(own);
      return fly(call);
    }
    return orSoft(flight, joined(call));
  }

  CompletableFuture<Answer<V>> getAsync(
      K key, Work<V> work, long now, @Nullable LocalEntry<V> kept, ReadOptions options) {
    KeyName name = open(key);
    boolean shared = core.shared(options);
    Answer<V> early = shared ? early(key, name, work, now, kept) : null;
    if (early != null) {
      return CompletableFuture.completedFuture(early);
    }
    core.recursion.refuse(name);
    Flight<V> own = new Flight<>();
    Flight<V> flight = shared ? joinOr(name, own) : own;
    Call<K, V> call = call(key, name, work, options, core.executor, flight);
    if (flight != own) {
      return orSoft(flight, joined(call));
    }
    try {
      core.executor.execute(() -> fly(call));
    } catch (RejectedExecutionException e) {
      core.flights.remove(name.text(), own);
      own.end(null, e);
    }
    return orSoft(flight, own.result.copy());
  }

  private CompletableFuture<Answer<V>> orSoft(Flight<V> flight, CompletableFuture<Answer<V>> end) {
    return core.policy.loaderSoftTimeout() == 0 ? end : flight.orSoft(end);
  }

  private CompletableFuture<Answer<V>> joined(Call<K, V> call) {
    core.counters.joins.increment();
    core.decided(call.name(), "joined a get under way");
    return limited(call.flight())
        .exceptionallyCompose(
            error ->
                Loads.unwrap(error) instanceof TimeoutException
                    ? CompletableFuture.runAsync(() -> {}, call.exec())
                        .thenCompose(unused -> alone(call))
                    : CompletableFuture.failedFuture(Loads.unwrap(error)));
  }

  /** What the tiers hold, even if stale, without a load; completes with null for nothing. */
  CompletableFuture<@Nullable Answer<V>> peek(K key, Executor exec, ReadOptions options) {
    KeyName name = open(key);
    long now = core.now();
    Work<V> none =
        context -> CompletableFuture.failedFuture(new IllegalStateException("peek loads"));
    Call<K, V> call = call(key, name, none, options, exec, new Flight<>());
    LocalEntry<V> kept = call.kept();
    long limit = call.limit();
    if (kept != null
        && limit > 0
        && kept.proven(now, limit)
        && now - kept.freshUntil < core.graceOf(kept.value)) {
      return CompletableFuture.completedFuture(
          new Answer<>(kept.value, Tier.L1, kept.loadedAt, now - kept.freshUntil >= 0));
    }
    Remote remote = core.remote;
    if (remote == null || withoutRedis(call)) {
      return CompletableFuture.completedFuture(core.unverified(call));
    }
    return new Fetch<>(call, remote, new Loads<>(call), Fetch.Mode.PEEK)
        .read()
        .whenComplete((answer, error) -> call.flight().close());
  }

  private Call<K, V> call(
      K key, KeyName name, Work<V> work, ReadOptions options, Executor exec, Flight<V> flight) {
    return new Call<>(core, key, name, core.bucket(name), work, options, exec, flight, null);
  }

  private KeyName open(K key) {
    if (core.closed) {
      throw closed();
    }
    return core.names.of(key);
  }

  /** What this process may answer at once, though not as a plain hit. */
  private @Nullable Answer<V> early(
      K key, KeyName name, Work<V> work, long now, @Nullable LocalEntry<V> kept) {
    if (kept == null || !kept.proven(now, core.policy.silenceLimit())) {
      return null;
    }
    long late = now - kept.freshUntil;
    boolean hit = kept.serves(now, core.policy.silenceLimit());
    boolean stale = late >= 0;
    if (!hit && (kept.value == null || !stale || late >= core.policy.staleWhileRevalidate())) {
      return null;
    }
    core.counters.l1Hits.increment();
    if (stale) {
      core.counters.staleServed.increment();
    }
    if (stale || kept.startRefresh(now)) {
      core.decisions.note(name, "served from this process, refreshes", now);
      core.refreshes.start(key, name, work, kept.asPrevious());
    }
    return new Answer<>(kept.value, Tier.L1, kept.loadedAt, stale);
  }

  private Flight<V> joinOr(KeyName name, Flight<V> own) {
    long now = core.now();
    long limit = core.policy.silenceLimit();
    return core.flights.compute(
        name.text(), (text, there) -> there != null && there.joinable(now, limit) ? there : own);
  }

  private CompletableFuture<Answer<V>> limited(Flight<V> flight) {
    /* the flight's own limit comes first, except when Redis kept it from loading for long */
    long limit = core.policy.loaderTimeout() + 4 * core.policy.redisTimeout().toNanos();
    return flight.result.copy().orTimeout(limit, TimeUnit.NANOSECONDS);
  }

  private CompletableFuture<Answer<V>> fly(Call<K, V> call) {
    CompletableFuture<Answer<V>> end;
    try {
      end = start(call);
    } catch (Throwable e) {
      end = CompletableFuture.failedFuture(e);
    }
    Flight<V> flight = call.flight();
    return end.whenComplete(
        (answer, error) -> {
          flight.close();
          core.flights.remove(call.name().text(), flight);
          flight.end(answer, error == null ? null : ended(Loads.unwrap(error)));
        });
  }

  /* the cache's own executor takes nothing more once it is closed */
  private Throwable ended(Throwable error) {
    return core.closed && error instanceof RejectedExecutionException ? closed() : error;
  }

  private IllegalStateException closed() {
    return new IllegalStateException(core.id + " is closed");
  }

  private CompletableFuture<Answer<V>> start(Call<K, V> call) {
    LocalEntry<V> kept = call.kept();
    Loads<K, V> loads = new Loads<>(call);
    long now = core.now();
    if (kept != null && kept.proven(now, core.policy.silenceLimit())) {
      if (core.shared(call.options()) && kept.serves(now, core.policy.silenceLimit())) {
        return CompletableFuture.completedFuture(hit(kept));
      }
      loads.previous(kept.asPrevious());
    }
    Remote remote = core.remote;
    if (remote == null || withoutRedis(call)) {
      Answer<V> unverified = core.unverified(call);
      return unverified == null ? loads.alone(true) : CompletableFuture.completedFuture(unverified);
    }
    Fetch.Mode mode = call.options().refreshes() ? Fetch.Mode.RELOAD : Fetch.Mode.GET;
    return new Fetch<>(call, remote, loads, mode).read();
  }

  private boolean withoutRedis(Call<K, V> call) {
    return call.options().skipsRemote() || core.loadThrough(call.bucket(), call.name().text());
  }

  private CompletableFuture<Answer<V>> alone(Call<K, V> joined) {
    Flight<V> flight = new Flight<>();
    Call<K, V> call =
        call(joined.key(), joined.name(), joined.work(), joined.options(), joined.exec(), flight);
    return new Loads<>(call).alone(false).whenComplete((answer, error) -> flight.close());
  }
}
