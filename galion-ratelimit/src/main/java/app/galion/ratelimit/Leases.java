package app.galion.ratelimit;

import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/*
 * The leases that this node holds in Redis. A thread that lives only while there are any renews each
 * at a third of its time, those that are nearly due with those that are; so a node that dies lets go
 * within a lease. A renewal that was under way while its lease was released may come after the release
 * and put the lease back; so whoever finds that at its end releases once more. Redis is told outside the
 * lock, since its answer may run a caller's code. Of a reservation that nobody holds any more, the lease
 * is ended.
 */
final class Leases {

  private static final System.Logger LOG = System.getLogger(RateLimiter.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int MOST_IN_A_CALL = 1_000;
  private static final int MOST_KEYS_IN_A_CALL = 100;
  private static final long WARN_EVERY = TimeUnit.MINUTES.toNanos(1);

  private static final class Lease {
    final LimitKey key;
    final long weight;
    final WeakReference<Reservation> holder;
    long due;

    Lease(LimitKey key, long weight, Reservation holder, long due) {
      this.key = key;
      this.weight = weight;
      this.holder = new WeakReference<>(holder);
      this.due = due;
    }

    long third() {
      return key.policy().limits().get(0).periodMicros() * 1_000 / 3;
    }
  }

  private final ComponentId id;
  private final Ticker ticker;
  private final RedisLimits redis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Long, Lease> held = new HashMap<>();
  private @Nullable Thread renewing;
  private long nextWarning;
  private boolean closed;

  Leases(ComponentId id, Ticker ticker, RedisLimits redis) {
    this.id = id;
    this.ticker = ticker;
    this.redis = redis;
    this.nextWarning = ticker.read();
  }

  void hold(Reservation holder, LimitKey key, long weight, long leaseId) {
    lock.lock();
    try {
      Lease lease = new Lease(key, weight, holder, 0);
      lease.due = ticker.read() + lease.third();
      held.put(leaseId, lease);
      if (renewing == null && !closed) {
        Thread thread =
            new Thread(this::renewWhileHeld, "galion-ratelimit-" + id.name() + "-renew");
        thread.setDaemon(true);
        renewing = thread;
        thread.start();
      } else {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends leases, whose ids the request carries. */
  void release(Request ended) {
    lock.lock();
    try {
      for (long leaseId : ended.extra) {
        held.remove(leaseId);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    redis.tell(ended);
  }

  int size() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  /** Renews nothing more: what is held ends after its time. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void renewWhileHeld() {
    lock.lock();
    try {
      while (!held.isEmpty() && !closed) {
        List<Runnable> calls = new ArrayList<>();
        long wait = renewDue(ticker.read(), calls);
        if (!calls.isEmpty()) {
          lock.unlock();
          try {
            calls.forEach(Runnable::run);
          } finally {
            lock.lock();
          }
        } else if (wait > 0) {
          // how long it was is asked of the ticker
          long unused = changed.awaitNanos(wait);
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "{0} renews no leases: its thread was interrupted", id);
      closed = true;
    } finally {
      renewing = null;
      lock.unlock();
    }
  }

  /** What renews that which is due or will be soon; answers how long until the next is. */
  private long renewDue(long now, List<Runnable> calls) {
    long next = Long.MAX_VALUE;
    boolean any = false;
    for (Lease lease : held.values()) {
      next = Math.min(next, lease.due - now);
      any |= lease.due - now <= 0;
    }
    if (!any) {
      return next;
    }
    Renewal renewal = new Renewal(calls);
    for (Iterator<Map.Entry<Long, Lease>> all = held.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Long, Lease> each = all.next();
      Lease lease = each.getValue();
      if (lease.holder.get() == null) {
        all.remove();
        Request abandoned = request(Act.LEASE, List.of(each.getKey()), List.of(lease));
        calls.add(() -> redis.abandon(abandoned));
        warn(lease, now);
      } else if (lease.due - now <= lease.third() / 2) {
        renewal.add(each.getKey(), lease);
        lease.due = now + lease.third();
      }
    }
    renewal.close();
    return 0;
  }

  private void warn(Lease lease, long now) {
    if (now - nextWarning >= 0) {
      nextWarning = now + WARN_EVERY;
      LOG.log(
          Level.WARNING,
          "{0} ends a lease of {1}: its reservation is garbage and was never closed; close every"
              + " reservation",
          id,
          lease.key);
    }
  }

  private static Request request(Act act, List<Long> leaseIds, List<Lease> leases) {
    LimitKey[] keys = new LimitKey[leases.size()];
    long[] weights = new long[keys.length];
    long[] ids = new long[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = leases.get(i).key;
      weights[i] = leases.get(i).weight;
      ids[i] = leaseIds.get(i);
    }
    return new Request(act, keys, weights, ids);
  }

  private void renewed(Request renewal, @Nullable Throwable error) {
    int[] released;
    lock.lock();
    try {
      released =
          IntStream.range(0, renewal.keys.length)
              .filter(i -> !held.containsKey(renewal.extra[i]))
              .toArray();
      if (error != null) {
        soonerAgain(renewal);
      }
    } finally {
      lock.unlock();
    }
    if (released.length > 0) {
      redis.tell(renewal.some(Act.ADJUST, released, i -> -renewal.costs[i], i -> renewal.extra[i]));
    }
  }

  /* Not only at the next third, for then the lease may be over. */
  private void soonerAgain(Request renewal) {
    for (long leaseId : renewal.extra) {
      Lease lease = held.get(leaseId);
      if (lease != null) {
        lease.due = ticker.read() + lease.third() / 4;
      }
    }
    changed.signal();
  }

  /** Leases that are to be renewed, in calls of a bounded size. */
  private final class Renewal {
    private final List<Runnable> calls;
    private final List<Long> leaseIds = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();
    private final Set<LimitKey> keys = new HashSet<>();

    Renewal(List<Runnable> calls) {
      this.calls = calls;
    }

    void add(Long leaseId, Lease lease) {
      keys.add(lease.key);
      if (leases.size() == MOST_IN_A_CALL || keys.size() > MOST_KEYS_IN_A_CALL) {
        close();
        keys.add(lease.key);
      }
      leaseIds.add(leaseId);
      leases.add(lease);
    }

    /** Ends the call that was begun. */
    void close() {
      if (leases.isEmpty()) {
        return;
      }
      Request request = request(Act.RENEW, leaseIds, leases);
      calls.add(() -> redis.tell(request, PATIENCE.toNanos(), error -> renewed(request, error)));
      leaseIds.clear();
      leases.clear();
      keys.clear();
    }
  }
}
