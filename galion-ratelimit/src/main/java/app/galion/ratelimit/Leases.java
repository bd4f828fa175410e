package app.galion.ratelimit;

import app.galion.spi.ComponentId;
import app.galion.spi.Ticker;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The leases that this node holds in Redis. A thread that lives only while there are any renews each
 * at a third of its time, those that are nearly due with those that are; so a node that dies lets go
 * within a lease. Lock: no lease is renewed after it was released, because both are handed to Redis
 * under it. Of a reservation that nobody holds any more, the lease is ended.
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
      redis.tell(ended);
      changed.signal();
    } finally {
      lock.unlock();
    }
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
        long wait = renewDue(ticker.read());
        if (wait > 0) {
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

  /** Renews what is due or will be soon; answers how long until the next is. */
  private long renewDue(long now) {
    long next = Long.MAX_VALUE;
    boolean any = false;
    for (Lease lease : held.values()) {
      next = Math.min(next, lease.due - now);
      any |= lease.due - now <= 0;
    }
    if (!any) {
      return next;
    }
    Renewal renewal = new Renewal();
    for (Iterator<Map.Entry<Long, Lease>> all = held.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Long, Lease> each = all.next();
      Lease lease = each.getValue();
      if (lease.holder.get() == null) {
        all.remove();
        abandoned(each.getKey(), lease, now);
      } else if (lease.due - now <= lease.third() / 2) {
        renewal.add(each.getKey(), lease);
        lease.due = now + lease.third();
      }
    }
    renewal.send();
    return 0;
  }

  private void abandoned(long leaseId, Lease lease, long now) {
    redis.tell(
        new Request(
            Act.ADJUST,
            new LimitKey[] {lease.key},
            new long[] {-lease.weight},
            new long[] {leaseId}));
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

  /* Sooner than at the next third, for then the lease may be over. */
  private void failed(List<Long> leaseIds) {
    lock.lock();
    try {
      for (Long leaseId : leaseIds) {
        Lease lease = held.get(leaseId);
        if (lease != null) {
          lease.due = ticker.read() + lease.third() / 4;
        }
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Leases on their way to Redis. */
  private final class Renewal {
    private final List<Long> leaseIds = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();
    private final Map<LimitKey, Boolean> keys = new HashMap<>();

    void add(Long leaseId, Lease lease) {
      keys.put(lease.key, true);
      if (leases.size() == MOST_IN_A_CALL || keys.size() > MOST_KEYS_IN_A_CALL) {
        send();
        keys.put(lease.key, true);
      }
      leaseIds.add(leaseId);
      leases.add(lease);
    }

    void send() {
      if (leases.isEmpty()) {
        return;
      }
      LimitKey[] all = new LimitKey[leases.size()];
      long[] weights = new long[all.length];
      long[] ids = new long[all.length];
      for (int i = 0; i < all.length; i++) {
        all[i] = leases.get(i).key;
        weights[i] = leases.get(i).weight;
        ids[i] = leaseIds.get(i);
      }
      List<Long> sent = List.copyOf(leaseIds);
      Request request = new Request(Act.RENEW, all, weights, ids);
      redis.tell(request, PATIENCE.toNanos(), error -> failed(sent));
      leaseIds.clear();
      leases.clear();
      keys.clear();
    }
  }
}
