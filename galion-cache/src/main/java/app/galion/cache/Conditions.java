package app.galion.cache;

import app.galion.cache.Write.Kind;
import app.galion.redis.RedisLink;
import app.galion.redis.Reply;
import app.galion.spi.GalionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * Writes under a condition: compare and set by the entry's id, in the same script as a put. Without
 * Redis, one at a time in this process.
 */
final class Conditions<K, V> {
  private static final int MOST_ATTEMPTS = 20;
  private static final String ABSENT = "-";

  private final CacheCore<K, V> core;
  private final ReentrantLock alone = new ReentrantLock();

  Conditions(CacheCore<K, V> core) {
    this.core = core;
  }

  /** What Redis shows; the envelope is null for what this program cannot read. */
  private record Seen(String condition, @Nullable Envelope envelope, long age, Tags tags) {
    boolean fresh() {
      return envelope != null && age < envelope.freshMillis() * 1_000_000;
    }
  }

  WriteResult putIfAbsent(K key, V value) {
    Remote remote = core.remote;
    if (remote == null) {
      return locally(key, kept -> kept == null ? value : null, true);
    }
    KeyName name = core.names.of(key);
    long fresh = core.freshFor(value);
    return write(remote, key, name, ABSENT, value, core.now(), fresh, Tags.NONE);
  }

  WriteResult compute(K key, Function<? super @Nullable V, ? extends @Nullable V> change) {
    Remote remote = core.remote;
    if (remote == null) {
      return locally(key, change, false);
    }
    KeyName name = core.names.of(key);
    for (int i = 0; i < MOST_ATTEMPTS; i++) {
      Seen seen = see(remote, name);
      if (seen == null) {
        return core.writes.queued(core.bucket(name), name.text());
      }
      V value = change.apply(value(seen.fresh() ? seen.envelope : null));
      if (value == null) {
        return WriteResult.REFUSED;
      }
      long fresh = core.freshFor(value);
      WriteResult result =
          write(remote, key, name, seen.condition, value, core.now(), fresh, seen.tags);
      if (result != WriteResult.REFUSED) {
        return result;
      }
    }
    return WriteResult.REFUSED;
  }

  WriteResult expire(K key) {
    Remote remote = core.remote;
    KeyName name = core.names.of(key);
    if (remote == null) {
      return expireLocally(key, name);
    }
    for (int i = 0; i < MOST_ATTEMPTS; i++) {
      Seen seen = see(remote, name);
      if (seen == null) {
        return core.writes.queued(core.bucket(name), name.text());
      }
      V value = value(seen.envelope);
      if (value == null) {
        return WriteResult.REFUSED;
      }
      WriteResult result =
          write(remote, key, name, seen.condition, value, core.now() - seen.age, 0, seen.tags);
      if (result != WriteResult.REFUSED) {
        return result;
      }
    }
    return WriteResult.REFUSED;
  }

  private WriteResult locally(
      K key, Function<? super @Nullable V, ? extends @Nullable V> change, boolean ifAbsent) {
    alone.lock();
    try {
      LocalEntry<V> kept = core.local.get(key);
      boolean there = kept != null && kept.serves(core.now(), core.policy.silenceLimit());
      if (ifAbsent && there) {
        return WriteResult.REFUSED;
      }
      V value = change.apply(there && kept != null ? kept.value : null);
      return value == null ? WriteResult.REFUSED : core.writes.put(key, value, Tags.NONE);
    } finally {
      alone.unlock();
    }
  }

  private WriteResult expireLocally(K key, KeyName name) {
    LocalEntry<V> kept = core.local.get(key);
    if (kept == null || kept.value == null) {
      return WriteResult.REFUSED;
    }
    Bucket bucket = core.bucket(name);
    String opId = core.ids.next();
    bucket.applied(Kind.PUT, name.text(), opId);
    Ticket ticket = bucket.open(name.text());
    long now = core.now();
    bucket.store(
        core.local,
        key,
        ticket,
        core.entry(kept.value, opId, ticket, kept.loadedAt, now - kept.loadedAt, now, Tags.NONE),
        false);
    return WriteResult.APPLIED;
  }

  /** Reads past the local tier; null if Redis does not answer. */
  private @Nullable Seen see(Remote remote, KeyName name) {
    if (core.loadThrough(core.bucket(name), name.text())) {
      return null;
    }
    try {
      Looked looked = RedisLink.join(remote.read(name));
      RemoteEntry found = RemoteEntry.parse(looked.entry());
      if (found == null) {
        return new Seen(ABSENT, null, 0, Tags.NONE);
      }
      boolean shown =
          switch (found.under(looked.marker())) {
            case SHOWN -> true;
            case HIDDEN -> false;
            case ASK_TAGS -> found.sparedBy(RedisLink.join(remote.tags(name, found.tags())));
          };
      if (!shown) {
        return new Seen(ABSENT, null, 0, Tags.NONE);
      }
      Envelope envelope =
          Envelope.read(found.bytes(), found.at(), core.codec.schema(), name.hash()).envelope();
      long age = envelope == null ? 0 : remote.age(envelope);
      return new Seen("=" + found.id(), envelope, age, found.tags());
    } catch (GalionException e) {
      return null;
    }
  }

  private @Nullable V value(@Nullable Envelope envelope) {
    if (envelope == null || envelope.negative()) {
      return null;
    }
    try {
      return core.codec.decode(envelope.value());
    } catch (Exception e) {
      core.counters.misfits.increment();
      return null;
    }
  }

  private WriteResult write(
      Remote remote,
      K key,
      KeyName name,
      String condition,
      V value,
      long loadedAt,
      long fresh,
      Tags tags) {
    Bucket bucket = core.bucket(name);
    if (core.loadThrough(bucket, name.text())) {
      return core.writes.queued(bucket, name.text());
    }
    byte[] envelope = core.envelope(value, name, loadedAt, fresh);
    if (envelope == null) {
      return WriteResult.REFUSED;
    }
    core.counters.puts.increment();
    String opId = core.ids.next();
    Ticket ticket = bucket.open(name.text());
    long sentAt = core.now();
    Reply reply =
        core.writes.answer(
            remote.put(
                bucket.index, name, opId, core.ttl(value, fresh), tags, envelope, condition));
    if (reply == null) {
      bucket.close(ticket);
      return core.writes.queued(bucket, name.text());
    }
    if (reply.text(0).equals("OTHER")) {
      bucket.close(ticket);
      return WriteResult.REFUSED;
    }
    Position at = Remote.position(reply, opId);
    if (at == null) {
      bucket.close(ticket);
      return core.writes.queued(bucket, name.text());
    }
    bucket.acknowledged(Kind.PUT, name.text(), at, core.now());
    bucket.store(
        core.local,
        key,
        ticket,
        core.entry(value, opId, ticket, loadedAt, fresh, sentAt, tags),
        true);
    return WriteResult.APPLIED;
  }
}
