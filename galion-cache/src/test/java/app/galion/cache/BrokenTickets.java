package app.galion.cache;

import java.util.List;

/** Buckets that break a rule about tickets: what is stored, dropped, joined or woken. */
final class BrokenTickets {
  private BrokenTickets() {}

  /** Stores whatever a reply brings. */
  static final class StoresAll extends BrokenBucket {
    StoresAll(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    <K, V> boolean store(
        LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
      close(ticket);
      Ticket fresh = open(ticket.name);
      return super.store(into, key, fresh, entry, fromRedis);
    }
  }

  /** Leaves what is there where a result is refused. */
  static final class KeepsOnRefusal extends BrokenBucket {
    KeepsOnRefusal(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    synchronized <K, V> boolean store(
        LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
      LocalEntry<V> there = into.get(key);
      boolean stored = super.store(into, key, ticket, entry, fromRedis);
      if (!stored && there != null) {
        into.put(key, ticket.name, there);
      }
      return stored;
    }
  }

  /** Tells other tickets nothing of what is stored. */
  static final class SupersedesNone extends BrokenBucket {
    SupersedesNone(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    void supersede(Ticket stored, String id) {}
  }

  /** Keeps what is only passed on. */
  static final class StoresWhatPasses extends BrokenBucket {
    StoresWhatPasses(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    @SuppressWarnings("unchecked") // the model's values are strings, and its keys are their texts
    synchronized void pass(Ticket ticket, LocalEntry<?> entry) {
      store(core.local, ticket.name, ticket, (LocalEntry<String>) entry, true);
    }
  }

  /** Leaves what is there though another value is passed on. */
  static final class KeepsWhatIsPassed extends BrokenBucket {
    KeepsWhatIsPassed(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    synchronized void pass(Ticket ticket, LocalEntry<?> entry) {
      close(ticket);
      supersede(ticket, entry.id);
    }
  }

  /** Tells other tickets nothing of what is passed on. */
  static final class PassesUnseen extends BrokenBucket {
    PassesUnseen(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    synchronized void pass(Ticket ticket, LocalEntry<?> entry) {
      close(ticket);
      core.local.dropUnless(ticket.name, entry.id);
    }
  }

  /** Takes a load for a proof that no write was missed. */
  static final class ProvenByLoads extends BrokenBucket {
    ProvenByLoads(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    synchronized <K, V> boolean store(
        LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
      boolean stored = super.store(into, key, ticket, entry, fromRedis);
      verifiedAt = fromRedis ? verifiedAt : core.now();
      return stored;
    }
  }

  /** Lets everybody join. */
  static final class JoinsAll extends BrokenBucket {
    JoinsAll(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    synchronized boolean clean(Ticket ticket) {
      return true;
    }
  }

  /** Wakes only who waits already. */
  static final class WakesWhoWaits extends BrokenBucket {
    WakesWhoWaits(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    List<Ticket> waitersOf(String name) {
      return super.waitersOf(name).stream()
          .filter(ticket -> ticket.wake.getNumberOfDependents() > 0)
          .toList();
    }
  }
}
