package app.galion.redis;

import app.galion.spi.Ticker;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * Ends calls at their deadline, at most about half a millisecond late.
 *
 * A wheel of 1024 slots of 0.52 ms each; a slot is a stack that callers push onto with one
 * compare-and-set. Nearly all calls are answered long before their deadline and only clear their
 * entry, so the one thread has no reason to wake at every tick: it sleeps until the earliest slot
 * that is occupied, but at most PATROL, then drops all cleared entries of the whole wheel at once
 * and looks again. Under steady traffic that is a few dozen wake-ups a second; without calls there
 * is none. `wakeAt` tells callers until when it sleeps: only who comes with an earlier deadline, or
 * to an empty wheel, wakes it. The thread publishes `wakeAt` before it looks at the slots for the
 * last time and a caller pushes before it reads `wakeAt`, so one of the two sees the other.
 *
 * While calls wait it also patrols the lines for a server that has fallen silent.
 */
final class Deadlines implements Runnable {

  private static final int TICK_BITS = 19;
  private static final int SLOTS = 1024;
  private static final long AWAKE = Long.MIN_VALUE;
  private static final long IDLE = Long.MAX_VALUE;

  /* One call's place in the wheel, which does not keep an answered call alive. */
  static final class Entry {
    private final long tick;
    private @Nullable Call call;
    private @Nullable Entry next;

    Entry(Call call, long tick) {
      this.call = call;
      this.tick = tick;
    }

    void clear() {
      call = null;
    }
  }

  private final Ticker ticker;
  private final Runnable patrol;
  private final long patrolTicks;
  private final long base;
  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(SLOTS);
  private final Thread thread;
  private volatile long wakeAt = AWAKE;
  private volatile long sweptTo = -1;
  private volatile boolean closed;

  Deadlines(Ticker ticker, ThreadFactory threads, long patrolNanos, Runnable patrol) {
    this.ticker = ticker;
    this.patrol = patrol;
    patrolTicks = Math.max(1, patrolNanos >> TICK_BITS);
    base = ticker.read();
    thread = threads.newThread(this);
  }

  void start() {
    thread.start();
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  void add(Call call) {
    long tick = (call.dueAt() - base + (1L << TICK_BITS) - 1) >> TICK_BITS;
    Entry entry = new Entry(call, tick);
    call.entry(entry);
    push(entry);
    if (tick <= sweptTo) {
      call.expire();
    } else if (tick < wakeAt) {
      LockSupport.unpark(thread);
    }
  }

  private void push(Entry entry) {
    int slot = (int) (entry.tick & (SLOTS - 1));
    Entry head;
    do {
      head = slots.get(slot);
      entry.next = head;
    } while (!slots.compareAndSet(slot, head, entry));
  }

  @Override
  public void run() {
    long sweepAt = IDLE;
    while (!closed) {
      wakeAt = AWAKE;
      long now = now();
      if (now >= sweepAt) {
        sweep(now);
        patrol.run();
        now = now();
      }
      sweepAt = nextSweep(now);
      wakeAt = sweepAt;
      if (nextSweep(now) < sweepAt) {
        continue;
      }
      if (sweepAt == IDLE) {
        LockSupport.park(this);
      } else {
        long nanos = base + (sweepAt << TICK_BITS) - ticker.read();
        if (nanos > 0) {
          LockSupport.parkNanos(this, nanos);
        }
      }
    }
  }

  private long now() {
    return (ticker.read() - base) >> TICK_BITS;
  }

  private long nextSweep(long now) {
    long from = sweptTo + 1;
    for (long tick = from; tick < from + SLOTS; tick++) {
      if (slots.get((int) (tick & (SLOTS - 1))) != null) {
        return Math.min(Math.max(tick, now), now + patrolTicks);
      }
    }
    return IDLE;
  }

  private void sweep(long now) {
    sweptTo = now; // before the slots are taken: who pushes behind the sweep sees it
    for (int slot = 0; slot < SLOTS; slot++) {
      Entry entry = slots.get(slot) == null ? null : slots.getAndSet(slot, null);
      while (entry != null) {
        Entry next = entry.next;
        Call call = entry.call;
        if (call != null) {
          if (entry.tick <= now) {
            call.expire();
          } else {
            push(entry);
          }
        }
        entry = next;
      }
    }
  }
}
