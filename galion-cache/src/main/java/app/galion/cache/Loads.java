package app.galion.cache;

import static java.util.function.Function.identity;

import app.galion.cache.Remote.Command;
import app.galion.redis.RedisLink;
import app.galion.spi.Permit;
import app.galion.spi.RejectedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The loads of one get: under a lease, or alone where Redis cannot help. */
@SuppressWarnings("FutureReturnValueIgnored") // errors are handled in the stages
final class Loads<K, V> {
  private static final long EXTEND_NANOS = 3_000_000_000L;

  private final CacheCore<K, V> core;
  private final K key;
  private final KeyName name;
  private final Bucket bucket;
  private @Nullable Answer<V> fallback;
  private @Nullable V previous;

  Loads(CacheCore<K, V> core, K key, KeyName name) {
    this.core = core;
    this.key = key;
    this.name = name;
    bucket = core.bucket(name);
  }

  /** What to answer if the load fails. */
  void fallback(Answer<V> stale) {
    fallback = stale;
  }

  /** What the loader may find unchanged. */
  void previous(@Nullable V value) {
    previous = value;
  }

  /** Loads as the holder of a lease, and fills. */
  CompletableFuture<Answer<V>> leased(
      Work<V> work, Executor exec, Flight<V> flight, Ticket ticket, String token) {
    Remote remote = core.remote;
    if (remote == null) {
      throw new IllegalStateException("a lease without Redis");
    }
    long startedAt = core.now();
    AtomicBoolean over = new AtomicBoolean();
    extend(remote, token, startedAt, over);
    LoadContext<V> context = new LoadContext<>(previous);
    return load(work, context, flight, startedAt)
        .handleAsync(
            (loaded, error) -> {
              boolean inTime = over.compareAndSet(false, true);
              if (error != null) {
                Throwable cause = unwrap(error);
                if (inTime) {
                  release(remote, token, cause.getClass().getSimpleName());
                }
                return failed(cause);
              }
              return fill(remote, token, loaded, context, startedAt, exec);
            },
            exec)
        .<Answer<V>>thenCompose(identity())
        .whenComplete((answer, error) -> bucket.close(ticket));
  }

  private CompletableFuture<Answer<V>> fill(
      Remote remote,
      String token,
      @Nullable V value,
      LoadContext<V> context,
      long loadedAt,
      Executor exec) {
    Answer<V> answer = new Answer<>(value, Tier.LOADED, loadedAt, false);
    long fresh = core.freshFor(value, context);
    Tags tags = context.tags();
    byte[] envelope = fresh <= 0 ? null : core.envelope(value, name, loadedAt, fresh);
    Ticket ticket = bucket.open(name.text());
    if (envelope == null) {
      release(remote, token, "filled");
      if (fresh > 0) {
        store(ticket, core.entry(value, token, ticket, loadedAt, fresh, loadedAt, tags), false);
      } else {
        bucket.close(ticket);
      }
      return CompletableFuture.completedFuture(answer);
    }
    long sentAt = core.now();
    return remote
        .run(
            Command.FILL,
            bucket.index,
            name.text(),
            token,
            core.ttl(value, fresh),
            RedisLink.bytes(tags.text()),
            envelope)
        .handleAsync(
            (reply, error) -> {
              if (reply != null && reply.text(0).equals("F")) {
                store(
                    ticket,
                    core.entry(
                        value,
                        token,
                        ticket,
                        loadedAt,
                        fresh,
                        sentAt,
                        tags,
                        Envelope.valueSize(envelope)),
                    true);
              } else {
                bucket.close(ticket);
                (reply == null ? core.counters.redisFailures : core.counters.fillsRefused)
                    .increment();
              }
              return answer;
            },
            exec);
  }

  /** Loads without a lease; {@code keep} says whether this process may keep the value. */
  CompletableFuture<Answer<V>> alone(Work<V> work, Executor exec, Flight<V> flight, boolean keep) {
    Ticket ticket = bucket.open(name.text());
    Ticket before = flight.onTicket(ticket);
    if (before != null) {
      bucket.close(before);
    }
    long startedAt = core.now();
    LoadContext<V> context = new LoadContext<>(previous);
    return load(work, context, flight, startedAt)
        .handleAsync(
            (value, error) -> {
              if (error != null) {
                bucket.close(ticket);
                return failed(unwrap(error));
              }
              long fresh = core.freshFor(value, context);
              if (keep && fresh > 0) {
                store(
                    ticket,
                    core.entry(
                        value,
                        core.ids.next(),
                        ticket,
                        startedAt,
                        fresh,
                        startedAt,
                        context.tags()),
                    false);
              } else {
                bucket.close(ticket);
              }
              return CompletableFuture.completedFuture(
                  new Answer<>(value, Tier.LOADED, startedAt, false));
            },
            exec)
        .thenCompose(identity());
  }

  /** Refreshes a stale value in the background, unless that is already under way. */
  void refresh(K key, KeyName name, Work<V> work, String replaced, @Nullable V value) {
    if (core.closed || !core.refreshing.add(name.text())) {
      return;
    }
    core.counters.refreshes.increment();
    try {
      core.executor.execute(() -> refreshNow(key, name, work, replaced, value));
    } catch (RejectedExecutionException e) {
      core.refreshing.remove(name.text());
    }
  }

  private void refreshNow(K key, KeyName name, Work<V> work, String replaced, @Nullable V value) {
    Flight<V> flight = new Flight<>();
    Loads<K, V> loads = new Loads<>(core, key, name);
    loads.previous(value);
    Remote remote = core.remote;
    CompletableFuture<Answer<V>> end =
        remote == null || core.loadThrough(bucket, name.text())
            ? loads.alone(work, core.executor, flight, true)
            : new Fetch<>(
                    core, remote, key, name, work, core.executor, flight, loads, Fetch.Mode.REFRESH)
                .acquire(replaced);
    flight.result.whenComplete((answer, error) -> core.refreshing.remove(name.text()));
    end.whenComplete(
        (answer, error) -> {
          flight.close();
          flight.end(answer, error);
        });
  }

  CompletableFuture<Answer<V>> failed(Throwable error) {
    Answer<V> stale = fallback;
    long now = core.now();
    if (stale == null) {
      LocalEntry<V> kept = core.local.get(key);
      if (kept != null
          && kept.value != null
          && kept.proven(now, core.policy.silenceLimit())
          && now - kept.freshUntil < core.policy.staleIfError()) {
        stale = new Answer<>(kept.value, Tier.L1, kept.loadedAt, now - kept.freshUntil >= 0);
      }
    }
    if (stale == null) {
      return CompletableFuture.failedFuture(error);
    }
    core.counters.staleServed.increment();
    return CompletableFuture.completedFuture(stale);
  }

  private CompletableFuture<@Nullable V> load(
      Work<V> work, LoadContext<V> context, Flight<V> flight, long startedAt) {
    core.counters.misses.increment();
    Permit permit = core.guard.tryAcquire();
    if (!permit.granted()) {
      core.counters.loadFailures.increment();
      Duration retryAfter = Duration.ofNanos(permit.retryAfterNanos());
      return CompletableFuture.failedFuture(
          new RejectedException(
              core.id,
              core.id
                  + " may not load key '"
                  + name.text()
                  + "': its guard refuses; try again in "
                  + retryAfter.toMillis()
                  + " ms",
              retryAfter));
    }
    Future<?> limit = core.later(() -> expire(flight), core.policy.loaderTimeout());
    CompletableFuture<@Nullable V> loaded;
    try {
      loaded = work.begin(context);
    } catch (Throwable e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      loaded = CompletableFuture.failedFuture(e);
    }
    if (!loaded.isDone()) {
      flight.pending();
    }
    return loaded.handle(
        (value, error) -> {
          limit.cancel(false);
          core.counters.loadNanos.add(core.now() - startedAt);
          if (error == null) {
            core.counters.loads.increment();
            permit.success();
            return value;
          }
          Throwable cause = unwrap(error);
          core.counters.loadFailures.increment();
          permit.failure(cause);
          throw new CompletionException(unchecked(cause));
        });
  }

  private Throwable unchecked(Throwable cause) {
    return cause instanceof RuntimeException || cause instanceof Error
        ? cause
        : new LoadException(
            core.id, core.id + " could not load key '" + name.text() + "': " + cause, cause);
  }

  /** Frees who joined a load that takes too long. */
  private void expire(Flight<V> flight) {
    core.flights.remove(name.text(), flight);
    failed(timeout()).whenComplete(flight::expire);
  }

  private LoadException timeout() {
    return new LoadException(
        core.id,
        core.id
            + " could not load key '"
            + name.text()
            + "': the loader did not end within "
            + Duration.ofNanos(core.policy.loaderTimeout()).toMillis()
            + " ms (loaderTimeout)",
        new TimeoutException());
  }

  private void extend(Remote remote, String token, long startedAt, AtomicBoolean over) {
    long left = startedAt + core.policy.loaderTimeout() - core.now();
    core.later(
        () -> {
          if (core.closed || over.get()) {
            return;
          }
          if (core.now() - startedAt >= core.policy.loaderTimeout()) {
            over.set(true);
            release(remote, token, "Timeout");
          } else {
            remote.run(
                Command.EXTEND,
                bucket.index,
                name.text(),
                token,
                Remote.number(CachePolicy.LEASE_MILLIS));
            extend(remote, token, startedAt, over);
          }
        },
        Math.max(1, Math.min(EXTEND_NANOS, left)));
  }

  private void release(Remote remote, String token, String why) {
    remote.run(
        Command.RELEASE,
        bucket.index,
        name.text(),
        token,
        RedisLink.bytes(why.isEmpty() ? "Error" : why));
  }

  private void store(Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
    bucket.store(core.local, key, ticket, entry, fromRedis);
  }

  static Throwable unwrap(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
