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

  private final Call<K, V> call;
  private final CacheCore<K, V> core;
  private final KeyName name;
  private final Bucket bucket;
  private final Flight<V> flight;
  private Executor exec;
  private @Nullable Answer<V> fallback;
  private @Nullable Previous<V> previous;

  Loads(Call<K, V> call) {
    this.call = call;
    core = call.core();
    name = call.name();
    bucket = call.bucket();
    flight = call.flight();
    exec = call.exec();
  }

  /** What to answer if the load fails. */
  void fallback(Answer<V> stale) {
    fallback = stale;
  }

  /** What the loader may find unchanged. */
  void previous(Previous<V> entry) {
    previous = entry;
  }

  /** Loads as the holder of a lease, and fills. */
  CompletableFuture<Answer<V>> leased(Remote remote, Ticket ticket, String token) {
    long startedAt = core.now();
    AtomicBoolean over = new AtomicBoolean();
    core.leases.add(token);
    core.decided(name, "loads, holds the lease");
    extend(remote, token, startedAt, over);
    LoadContext<V> context = new LoadContext<>(previous);
    return load(context, startedAt)
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
              return fill(remote, token, loaded, context, startedAt);
            },
            exec)
        .<Answer<V>>thenCompose(identity())
        .whenComplete(
            (answer, error) -> {
              if (over.compareAndSet(false, true)) {
                release(remote, token, "Rejected"); // by the executor: no step has seen its end
              }
              core.leases.remove(token);
              bucket.close(ticket);
            });
  }

  private CompletableFuture<Answer<V>> fill(
      Remote remote, String token, @Nullable V value, LoadContext<V> context, long loadedAt) {
    Answer<V> answer = new Answer<>(value, Tier.LOADED, loadedAt, false);
    long fresh = core.freshFor(value, context);
    Tags tags = context.tags();
    byte[] envelope = fresh <= 0 ? null : core.envelope(value, name, loadedAt, fresh);
    Ticket ticket = bucket.open(name.text());
    if (envelope == null) {
      release(remote, token, "filled");
      if (fresh > 0) {
        LocalEntry<V> entry = core.entry(value, token, ticket, loadedAt, fresh, loadedAt, tags);
        call.store(ticket, entry, false);
      } else {
        bucket.close(ticket);
      }
      return CompletableFuture.completedFuture(answer);
    }
    long sentAt = core.now();
    return remote
        .ask(
            Command.FILL,
            bucket.index,
            name.text(),
            token,
            core.ttl(value, fresh),
            RedisLink.bytes(tags.text()),
            envelope)
        .handleAsync(
            (reply, error) -> {
              boolean filled = reply != null && reply.text(0).equals("F");
              core.decided(
                  name,
                  filled
                      ? "loaded and stored in Redis"
                      : reply == null
                          ? "loaded; Redis did not take it"
                          : "loaded; not stored, its key was written or its lease lost meanwhile");
              if (filled) {
                call.store(
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
              if (reply == null) {
                release(remote, token, "filled"); // a full server refuses to fill, not to free
              }
              return answer;
            },
            exec);
  }

  /** Loads without a lease; {@code keep} says whether this process may keep the value. */
  CompletableFuture<Answer<V>> alone(boolean keep) {
    Ticket ticket = call.open();
    core.decided(name, "loads without a lease");
    long startedAt = core.now();
    LoadContext<V> context = new LoadContext<>(previous);
    return load(context, startedAt)
        .handleAsync(
            (value, error) -> {
              if (error != null) {
                bucket.close(ticket);
                return failed(unwrap(error));
              }
              long fresh = core.freshFor(value, context);
              if (keep && fresh > 0) {
                String id = core.ids.next();
                call.store(
                    ticket,
                    core.entry(value, id, ticket, startedAt, fresh, startedAt, context.tags()),
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

  CompletableFuture<Answer<V>> failed(Throwable error) {
    Answer<V> stale = stale();
    if (stale == null) {
      return CompletableFuture.failedFuture(error);
    }
    core.counters.staleServed.increment();
    core.decided(name, "served what there was: its load failed");
    return CompletableFuture.completedFuture(stale);
  }

  /** What may be served instead of a load that fails, or takes long. */
  private @Nullable Answer<V> stale() {
    if (fallback != null) {
      return fallback;
    }
    LocalEntry<V> kept = call.kept();
    if (kept == null || kept.value == null || reloadsForCertain()) {
      return null;
    }
    long now = core.now();
    long late = now - kept.freshUntil;
    return late < core.policy.staleIfError() && kept.proven(now, core.trust(call))
        ? new Answer<>(
            kept.value, Tier.L1, kept.loadedAt, late >= 0 || !kept.proven(now, call.limit()))
        : null;
  }

  /** A refresh that shall fail rather than answer with what there was. */
  boolean reloadsForCertain() {
    return call.options().refreshes() && core.policy.staleIfError() == 0;
  }

  private CompletableFuture<@Nullable V> load(LoadContext<V> context, long startedAt) {
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
    Future<?> limit =
        core.closed
            ? CompletableFuture.completedFuture(null)
            : core.later(this::expire, core.policy.loaderTimeout());
    CompletableFuture<@Nullable V> loaded = soften() ? beginElsewhere(context) : begin(context);
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

  private CompletableFuture<@Nullable V> begin(LoadContext<V> context) {
    try {
      return core.recursion.within(name.text(), () -> call.work().begin(context));
    } catch (Throwable e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Lets those who wait go after the soft timeout, if there is a stale value for them. */
  private boolean soften() {
    long soft = core.policy.loaderSoftTimeout();
    Answer<V> stale = soft == 0 || flight.holdsItsCaller() ? null : stale();
    if (stale == null) {
      return false;
    }
    core.later(
        () -> {
          if (!flight.result.isDone()) {
            core.counters.staleServed.increment();
            core.decided(
                name, "served what there was: its load takes longer than the soft timeout");
            flight.soft.complete(stale);
          }
        },
        soft);
    return true;
  }

  /** Begins on the executor, where the rest of this get then runs too. */
  private CompletableFuture<@Nullable V> beginElsewhere(LoadContext<V> context) {
    CompletableFuture<@Nullable V> loaded = new CompletableFuture<>();
    try {
      core.executor.execute(
          () ->
              begin(context)
                  .whenComplete(
                      (value, error) -> {
                        if (error == null) {
                          loaded.complete(value);
                        } else {
                          loaded.completeExceptionally(error);
                        }
                      }));
    } catch (RejectedExecutionException e) {
      return begin(context);
    }
    exec = core.executor;
    return loaded;
  }

  private Throwable unchecked(Throwable cause) {
    return cause instanceof RuntimeException || cause instanceof Error
        ? cause
        : new LoadException(
            core.id, core.id + " could not load key '" + name.text() + "': " + cause, cause);
  }

  /** Frees who joined a load that takes too long. */
  private void expire() {
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

  static Throwable unwrap(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
