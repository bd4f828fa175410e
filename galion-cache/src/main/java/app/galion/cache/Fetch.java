package app.galion.cache;

import static java.util.function.Function.identity;

import app.galion.cache.Remote.Command;
import app.galion.redis.RedisLink;
import app.galion.redis.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * One get that this process did not hold: read Redis, else acquire the lease, else wait for who has
 * it; as its holder load and fill. Whatever goes wrong with Redis on the way ends in a load.
 *
 * Written once, asynchronously: the steps run on the given executor, which for a synchronous get is
 * the calling thread itself.
 */
@SuppressWarnings("FutureReturnValueIgnored") // errors are handled in the stages
final class Fetch<K, V> {
  /** What is to come of it. */
  enum Mode {
    GET,
    /** Load although a fresh value is there; what others loaded meanwhile will do. */
    RELOAD,
    /** Replace a stale value, nobody waits. */
    REFRESH,
    /** Read, but load nothing. */
    PEEK
  }

  private static final int MOST_ATTEMPTS = 100;
  private static final long FIRST_POLL_NANOS = 50_000_000;
  private static final long LAST_POLL_NANOS = 1_000_000_000;

  private final Call<K, V> call;
  private final CacheCore<K, V> core;
  private final Remote remote;
  private final KeyName name;
  private final Bucket bucket;
  private final Executor exec;
  private final Loads<K, V> loads;
  private final long until;
  private final Mode mode;
  private int attempts;
  private long poll = FIRST_POLL_NANOS;
  private String waitedFor = "";

  Fetch(Call<K, V> call, Remote remote, Loads<K, V> loads, Mode mode) {
    this.call = call;
    this.remote = remote;
    this.loads = loads;
    this.mode = mode;
    core = call.core();
    name = call.name();
    bucket = call.bucket();
    exec = call.exec();
    until = core.now() + core.policy.loaderTimeout();
  }

  CompletableFuture<Answer<V>> read() {
    return begin().get();
  }

  /** Sends the read; what is returned goes on with its answer. */
  Supplier<CompletableFuture<Answer<V>>> begin() {
    Ticket ticket = call.open();
    if (loadsThrough()) {
      return this::pastRedis;
    }
    long sentAt = core.now();
    BulkReads reads = call.reads();
    CompletableFuture<Looked> sent = reads == null ? remote.read(name) : reads.read(name);
    boolean alike =
        reads == null || !remote.clustered(); // or a hung shard would hold up the others
    return exec instanceof CallerThread && alike
        ? () -> readHere(ticket, sentAt, sent)
        : () ->
            sent.handleAsync(
                    (looked, error) ->
                        looked == null ? withoutRedis(error) : read(ticket, sentAt, looked),
                    exec)
                .thenCompose(identity());
  }

  /** The caller has nothing to do but wait: spares a hit all that steps cost. */
  private CompletableFuture<Answer<V>> readHere(
      Ticket ticket, long sentAt, CompletableFuture<Looked> sent) {
    Looked looked;
    try {
      looked = RedisLink.join(sent);
    } catch (RuntimeException e) {
      return withoutRedis(e);
    }
    return read(ticket, sentAt, looked);
  }

  private CompletableFuture<Answer<V>> read(Ticket ticket, long sentAt, Looked looked) {
    RemoteEntry found = RemoteEntry.parse(looked.entry());
    if (found == null) {
      if (looked.entry() != null) {
        core.counters.misfits.increment();
      }
      return acquire("");
    }
    return switch (found.under(looked.marker())) {
      case SHOWN -> found(ticket, sentAt, found);
      case HIDDEN -> acquire("");
      case ASK_TAGS ->
          remote
              .tags(name, found.tags())
              .handleAsync(
                  (table, error) -> {
                    if (table == null) {
                      return withoutRedis(error);
                    }
                    return found.sparedBy(table) ? found(ticket, sentAt, found) : acquire("");
                  },
                  exec)
              .thenCompose(identity());
    };
  }

  private CompletableFuture<Answer<V>> found(Ticket ticket, long sentAt, RemoteEntry found) {
    Envelope.Reading reading =
        Envelope.read(found.bytes(), found.at(), core.codec.schema(), name.hash());
    Envelope envelope = reading.envelope();
    V value = null;
    boolean fits = envelope != null;
    if (envelope != null && !envelope.negative()) {
      try {
        value = core.codec.decode(envelope.value());
      } catch (Exception e) {
        fits = false;
      }
    }
    if (envelope == null || !fits) {
      core.counters.misfits.increment();
      return reading.misfit() != null && reading.misfit().newer() && mode != Mode.PEEK
          ? loads.alone(true)
          : acquire(found.id());
    }
    long now = core.now();
    long age = remote.age(envelope);
    long fresh = envelope.freshMillis() * 1_000_000;
    LocalEntry<V> entry =
        core.entry(
            value,
            found.id(),
            ticket,
            now - age,
            fresh,
            sentAt,
            found.tags(),
            envelope.value().length);
    call.store(ticket, entry, true);
    Previous<V> previous = new Previous<>(found.id(), value, found.tags());
    if (age < fresh && !reloads()) {
      core.counters.l2Hits.increment();
      core.decisions.note(name, "read from Redis", now);
      if (mode == Mode.GET && entry.startRefresh(now)) {
        core.refreshes.start(call.key(), name, call.work(), call.options(), previous);
      }
      boolean joined = attempts > 0; // the first look did not find it
      return CompletableFuture.completedFuture(
          new Answer<>(value, Tier.L2, entry.loadedAt, false, joined));
    }
    Answer<V> stale = new Answer<>(value, Tier.L2, entry.loadedAt, age >= fresh);
    if (mode == Mode.PEEK && value != null && age < fresh + core.policy.grace()) {
      return CompletableFuture.completedFuture(stale);
    }
    if (mode == Mode.GET
        && !call.strict()
        && value != null
        && age < fresh + core.policy.staleWhileRevalidate()) {
      core.counters.l2Hits.increment();
      core.counters.staleServed.increment();
      core.decisions.note(name, "served stale from Redis, refreshes", now);
      core.refreshes.start(call.key(), name, call.work(), call.options(), previous);
      return CompletableFuture.completedFuture(stale);
    }
    loads.previous(previous);
    if (value != null && age < fresh + core.policy.staleIfError() && !loads.reloadsForCertain()) {
      loads.fallback(stale);
    }
    return acquire(found.id());
  }

  /** Asks for the lease; an entry of the given id is to be replaced. */
  CompletableFuture<Answer<V>> acquire(String refreshOf) {
    if (mode == Mode.PEEK) {
      return nothing();
    }
    if (++attempts > MOST_ATTEMPTS) {
      return loads.alone(false);
    }
    String token = core.ids.next();
    Ticket ticket = call.open();
    if (loadsThrough()) {
      return pastRedis();
    }
    long sentAt = core.now();
    return remote
        .ask(
            Command.ACQUIRE,
            bucket.index,
            name.text(),
            token,
            Remote.number(CachePolicy.LEASE_MILLIS),
            RedisLink.bytes(refreshOf),
            RedisLink.bytes(waitedFor))
        .handleAsync(
            (reply, error) ->
                reply == null
                    ? withoutRedis(error)
                    : acquired(ticket, sentAt, token, refreshOf, reply),
            exec)
        .thenCompose(identity());
  }

  private CompletableFuture<Answer<V>> acquired(
      Ticket ticket, long sentAt, String token, String refreshOf, Reply reply) {
    switch (reply.text(0)) {
      case "V" -> {
        RemoteEntry found = RemoteEntry.parse(reply.bytes(1));
        if (found != null) {
          return found(ticket, sentAt, found);
        }
        core.counters.misfits.increment();
        return loads.alone(false);
      }
      case "W" -> {
        return waiting(ticket, reply.text(1), reply.integer(2), refreshOf);
      }
      case "E" -> {
        return loads.failed(new RemoteLoadException(core.id, name.text(), reply.text(1)));
      }
      default -> {
        return loads.leased(remote, ticket, token);
      }
    }
  }

  private CompletableFuture<Answer<V>> waiting(
      Ticket ticket, String lease, long pttl, String refreshOf) {
    long left = until - core.now();
    if (mode == Mode.REFRESH || left <= 0) {
      return mode == Mode.REFRESH
          ? CompletableFuture.failedFuture(new IllegalStateException("refreshed elsewhere"))
          : loads.alone(false);
    }
    core.counters.waits.increment();
    core.decided(name, "waits for another lease");
    waitedFor = lease;
    call.flight().waits();
    long nap = Math.min(left, Math.min(poll, Math.max(1, pttl) * 1_000_000));
    poll = Math.min(poll * 2, LAST_POLL_NANOS);
    core.later(() -> ticket.wake.complete(Ticket.Wake.LOOK), nap);
    return ticket.wake.thenComposeAsync(
        wake -> {
          if (wake.failed(lease)) {
            return loads.failed(new RemoteLoadException(core.id, name.text(), wake.why()));
          }
          return core.closed || until - core.now() <= 0 ? loads.alone(false) : acquire(refreshOf);
        },
        exec);
  }

  private boolean reloads() {
    return mode == Mode.RELOAD && attempts == 0;
  }

  /**
   * Whether Redis is not to be asked now. Looked up under an open ticket: a write that is queued
   * later annuls the ticket, so that nobody who comes after that write joins what is read here.
   */
  private boolean loadsThrough() {
    return core.loadThrough(bucket, name.text());
  }

  private CompletableFuture<Answer<V>> pastRedis() {
    return withoutRedis(true);
  }

  private CompletableFuture<Answer<V>> withoutRedis(@Nullable Throwable error) {
    core.counters.redisFailures.increment();
    return withoutRedis(
        Remote.away(error == null ? new CompletionException("no reply", null) : error));
  }

  private CompletableFuture<Answer<V>> withoutRedis(boolean away) {
    Answer<V> kept = mode == Mode.REFRESH ? null : core.unverified(call);
    if (kept != null) {
      return CompletableFuture.completedFuture(kept);
    }
    return mode == Mode.PEEK ? nothing() : loads.alone(away);
  }

  private CompletableFuture<Answer<V>> nothing() {
    return CompletableFuture.completedFuture(null);
  }
}
