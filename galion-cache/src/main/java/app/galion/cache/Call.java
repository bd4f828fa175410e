package app.galion.cache;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of one get share.
 *
 * @param exec runs the steps; for a synchronous get, the calling thread itself
 * @param reads takes the first read, which goes out with others; null where it goes alone
 */
record Call<K, V>(
    CacheCore<K, V> core,
    K key,
    KeyName name,
    Bucket bucket,
    Work<V> work,
    ReadOptions options,
    Executor exec,
    Flight<V> flight,
    @Nullable BulkReads reads) {

  /** How old a proof may be. */
  long limit() {
    return core.limit(options);
  }

  /** Whether a younger proof is asked for than the policy allows. */
  boolean strict() {
    return limit() < core.policy.silenceLimit();
  }

  /** What the local tier holds, if this call looks there. */
  @Nullable LocalEntry<V> kept() {
    return options.skipsLocal() ? null : core.local.get(key);
  }

  /** A ticket for what is read or loaded next; it takes the place of the one before. */
  Ticket open() {
    Ticket ticket = bucket.open(name.text());
    Ticket before = flight.onTicket(ticket, core.now());
    if (before != null) {
      bucket.close(before);
    }
    return ticket;
  }

  /** Keeps a result in this process, unless its ticket or the call forbids it. */
  void store(Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
    if (options.skipsLocal()) {
      bucket.pass(ticket, entry);
    } else {
      bucket.store(core.local, key, ticket, entry, fromRedis);
    }
  }
}
