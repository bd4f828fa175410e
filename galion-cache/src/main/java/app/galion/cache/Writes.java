package app.galion.cache;

import static java.util.function.Function.identity;

import app.galion.cache.Remote.Command;
import app.galion.cache.Write.Kind;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisUnavailableException;
import app.galion.redis.Reply;
import app.galion.spi.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Puts, invalidations and clears, and the repetition of those that Redis did not take. */
@SuppressWarnings("FutureReturnValueIgnored") // errors are handled in the stages
final class Writes<K, V> {
  private static final int DRAINS_AT_ONCE = 200;

  private final CacheCore<K, V> core;
  private final AtomicInteger draining = new AtomicInteger();

  Writes(CacheCore<K, V> core) {
    this.core = core;
  }

  WriteResult put(K key, V value, Tags tags) {
    core.counters.puts.increment();
    KeyName name = core.names.of(key);
    Bucket bucket = core.bucket(name);
    Remote remote = core.remote;
    String opId = core.ids.next();
    long startedAt = core.now();
    long fresh = core.freshFor(value);
    byte[] envelope = remote == null ? null : core.envelope(value, name, startedAt, fresh);
    if (remote == null || envelope == null) {
      WriteResult result = envelope == null && remote != null ? invalidate(name) : null;
      bucket.applied(Kind.PUT, name.text(), opId);
      Ticket ticket = bucket.open(name.text());
      bucket.store(
          core.local,
          key,
          ticket,
          core.entry(value, opId, ticket, startedAt, fresh, startedAt, tags),
          false);
      return result == null ? WriteResult.APPLIED : result;
    }
    Ticket ticket = bucket.open(name.text());
    Reply reply =
        answer(remote.put(bucket.index, name, opId, core.ttl(value, fresh), tags, envelope, ""));
    Position at = reply == null ? null : Remote.position(reply, opId);
    if (at == null) {
      bucket.close(ticket);
      return queued(bucket, name.text());
    }
    bucket.acknowledged(Kind.PUT, name.text(), at, core.now());
    bucket.store(
        core.local,
        key,
        ticket,
        core.entry(
            value, opId, ticket, startedAt, fresh, startedAt, tags, Envelope.valueSize(envelope)),
        true);
    return WriteResult.APPLIED;
  }

  WriteResult invalidate(Iterable<? extends K> keys) {
    List<KeyName> names = new ArrayList<>();
    keys.forEach(key -> names.add(core.names.of(key)));
    List<CompletableFuture<WriteResult>> ends = new ArrayList<>(names.size());
    for (KeyName name : names) {
      core.counters.invalidations.increment();
      ends.add(send(Command.INV, Kind.INV, core.bucket(name), name.text()));
    }
    return worst(ends);
  }

  private WriteResult invalidate(KeyName name) {
    return worst(List.of(send(Command.INV, Kind.INV, core.bucket(name), name.text())));
  }

  WriteResult clear() {
    return worst(
        core.buckets.stream().map(bucket -> send(Command.CLEAR, Kind.CLEAR, bucket, "")).toList());
  }

  WriteResult invalidateTags(Tags tags) {
    return worst(
        tags.each().stream()
            .flatMap(
                tag ->
                    core.buckets.stream().map(bucket -> send(Command.TAG, Kind.TAG, bucket, tag)))
            .toList());
  }

  private CompletableFuture<WriteResult> send(
      Command command, Kind kind, Bucket bucket, String text) {
    Remote remote = core.remote;
    String opId = core.ids.next();
    if (remote == null) {
      bucket.applied(kind, text, opId);
      return CompletableFuture.completedFuture(WriteResult.APPLIED);
    }
    return remote
        .ask(command, bucket.index, text, opId)
        .handle(
            (reply, error) -> {
              Position at = reply == null ? null : Remote.position(reply, opId);
              if (at == null) {
                return queued(bucket, kind == Kind.INV ? text : null);
              }
              bucket.acknowledged(kind, text, at, core.now());
              return WriteResult.APPLIED;
            });
  }

  WriteResult queued(Bucket bucket, @Nullable String key) {
    core.counters.redisFailures.increment();
    core.counters.queued.increment();
    bucket.unacknowledged(key);
    return WriteResult.QUEUED;
  }

  /**
   * Waits for the answer to a put, null if there is none. A put whose connection broke may be on
   * its way still: it counts as failed only when it can no longer execute, lest it overwrite what
   * others put after it.
   */
  @Nullable Reply answer(CompletableFuture<Reply> put) {
    long until = core.now() + core.policy.redisTimeout().toNanos();
    try {
      return RedisLink.join(put);
    } catch (RedisUnavailableException e) {
      long left = until - core.now();
      if (e.mayHaveExecuted() && left > 0) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        core.later(() -> over.complete(null), left);
        put.handle((reply, error) -> over).thenCompose(identity()).join();
      }
      return null;
    } catch (RejectedException e) {
      return null;
    }
  }

  private static WriteResult worst(List<CompletableFuture<WriteResult>> ends) {
    WriteResult worst = WriteResult.APPLIED;
    for (CompletableFuture<WriteResult> end : ends) {
      if (end.join() == WriteResult.QUEUED) {
        worst = WriteResult.QUEUED;
      }
    }
    return worst;
  }

  /** Repeats what is queued; called after every heartbeat that was accepted. */
  void drain() {
    Remote remote = core.remote;
    if (remote == null) {
      return;
    }
    for (Bucket bucket : core.buckets) {
      if (bucket.hasQueued()) {
        for (Outbox.Item item : bucket.queuedItems()) {
          if (draining.incrementAndGet() > DRAINS_AT_ONCE) {
            draining.decrementAndGet();
            return;
          }
          drain(remote, bucket, item);
        }
      }
    }
  }

  private void drain(Remote remote, Bucket bucket, Outbox.Item item) {
    String opId = core.ids.next();
    String key = item.key();
    remote
        .run(key == null ? Command.CLEAR : Command.INV, bucket.index, key == null ? "" : key, opId)
        .whenComplete(
            (reply, error) -> {
              Position at = reply == null ? null : Remote.position(reply, opId);
              if (at != null) {
                bucket.acknowledged(key == null ? Kind.CLEAR : Kind.INV, key, at, core.now());
                bucket.drained(item);
              }
              int left = draining.decrementAndGet();
              if (left == 0 && at != null) {
                core.later(this::drain, 0);
              }
            });
  }
}
