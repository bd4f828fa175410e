package app.galion.cache;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
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
    List<KeyName> names = namesOf(keys);
    CallerThread thread = new CallerThread();
    Batch<K, V> batch = new Batch<>(loader, core.recursion);
    BulkReads reads = core.remote == null ? null : new BulkReads(core.remote);
    List<Begun<K, V>> begun = new ArrayList<>(names.size());
    try {
      for (K key : keys) {
        begun.add(one(key, names.get(begun.size()), batch, reads, thread));
      }
    } catch (RuntimeException | Error e) {
      begun.forEach(one -> one.fail(this, e));
      throw e;
    } finally {
      if (reads != null) {
        reads.send();
      }
    }
    List<CompletableFuture<Answer<V>>> ends = new ArrayList<>(begun.size());
    begun.forEach(one -> ends.add(one.goOn(this)));
    thread.await(
        CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0])), batch::loadIfComplete);
    Map<K, V> values = new LinkedHashMap<>();
    Iterator<CompletableFuture<Answer<V>>> end = ends.iterator();
    for (K key : keys) {
      V value = end.next().join().value();
      if (value != null) {
        values.put(key, value);
      }
    }
    return values;
  }

  private Answer<V> hit(LocalEntry<V> kept) {
    core.counters.l1Hits.increment();
    return new Answer<>(kept.value, Tier.L1, kept.loadedAt, false);
  }

  /** Refuses what must not be asked for before anything of the call begins. */
  private List<KeyName> namesOf(Set<K> keys) {
    List<KeyName> names = new ArrayList<>(keys.size());
    for (K key : keys) {
      KeyName name = core.names.of(key);
      LocalEntry<V> kept = core.local.get(key);
      if (kept == null || !kept.serves(core.now(), core.policy.silenceLimit())) {
        core.recursion.refuse(name);
      }
      names.add(name);
    }
    return names;
  }

  /** The get of one key of several: what was sent for it, and how it goes on from there. */
  private record Begun<K, V>(@Nullable Call<K, V> own, Supplier<CompletableFuture<Answer<V>>> end) {

    static <K, V> Begun<K, V> done(Answer<V> answer) {
      return new Begun<>(null, () -> CompletableFuture.completedFuture(answer));
    }

    CompletableFuture<Answer<V>> goOn(Gets<K, V> gets) {
      return own == null ? end.get() : gets.finish(own, end);
    }

    void fail(Gets<K, V> gets, Throwable error) {
      if (own != null) {
        CompletableFuture<Answer<V>> unused =
            gets.finish(own, () -> CompletableFuture.failedFuture(error));
      }
    }
  }

  private Begun<K, V> one(
      K key, KeyName name, Batch<K, V> batch, @Nullable BulkReads reads, CallerThread thread) {
    LocalEntry<V> kept = core.local.get(key);
    long now = core.now();
    if (kept != null && kept.hit(now, core.policy.silenceLimit())) {
      return Begun.done(hit(kept));
    }
    if (core.closed) {
      throw closed();
    }
    Work<V> work = batch.work(key, name);
    Answer<V> early = early(key, name, work, now, kept);
    if (early != null) {
      return Begun.done(early);
    }
    Flight<V> own = new Flight<>();
    own.holdItsCaller();
    Flight<V> flight = joinOr(name, own);
    Call<K, V> call =
        new Call<>(
            core, key, name, core.bucket(name), work, ReadOptions.of(), thread, flight, reads);
    if (flight == own) {
      batch.add(own);
      return new Begun<>(call, begin(call));
    }
    CompletableFuture<Answer<V>> joined = orSoft(flight, joined(call));
    return new Begun<>(null, () -> joined);
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
      core.refreshes.start(key, name, work, ReadOptions.of(), kept.asPrevious());
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
    return finish(call, begin(call));
  }

  private Supplier<CompletableFuture<Answer<V>>> begin(Call<K, V> call) {
    try {
      return start(call);
    } catch (Throwable e) {
      return () -> CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Answer<V>> finish(
      Call<K, V> call, Supplier<CompletableFuture<Answer<V>>> begun) {
    CompletableFuture<Answer<V>> end;
    try {
      end = begun.get();
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

  /** Sends what is to be sent; what is returned goes on from there. */
  private Supplier<CompletableFuture<Answer<V>>> start(Call<K, V> call) {
    LocalEntry<V> kept = call.kept();
    Loads<K, V> loads = new Loads<>(call);
    long now = core.now();
    if (kept != null && kept.proven(now, core.policy.silenceLimit())) {
      if (core.shared(call.options()) && kept.serves(now, core.policy.silenceLimit())) {
        Answer<V> hit = hit(kept);
        return () -> CompletableFuture.completedFuture(hit);
      }
      loads.previous(kept.asPrevious());
    }
    Remote remote = core.remote;
    if (remote == null || withoutRedis(call)) {
      Answer<V> unverified = core.unverified(call);
      return () ->
          unverified == null ? loads.alone(true) : CompletableFuture.completedFuture(unverified);
    }
    Fetch.Mode mode = call.options().refreshes() ? Fetch.Mode.RELOAD : Fetch.Mode.GET;
    return new Fetch<>(call, remote, loads, mode).begin();
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
