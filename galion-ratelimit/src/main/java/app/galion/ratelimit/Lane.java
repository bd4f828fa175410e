package app.galion.ratelimit;

import app.galion.redis.Reply;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * A few calls are under way at most; meanwhile the requests queue up, and the end of a call sends them as
 * one. One thread at a time gathers and sends: whoever comes meanwhile leaves a note in pending, and who
 * sends looks again, so no request can be left behind. An error of any kind ends the batch that it met,
 * never the lane. Where calls end at once and more requests keep coming, a caller sends for some rounds
 * only, or it would serve others beyond its own deadline: the end of a call under way, or who comes next,
 * goes on, and another thread only if no call is under way.
 *
 * At first, and again after an error, one call is under way until it is answered: of several that meet a
 * server without the script, a later one could be decided before an earlier one is repeated with it.
 */
final class Lane {

  private static final int MOST_WAITING = 8_192;
  private static final int MOST_ROUNDS = 64;

  /**
   * One more, and the server has the next call before the answer to this one is back; many more,
   * and hardly any share one.
   */
  static final int MOST_UNDER_WAY = 4;

  /** Sends a batch and takes its answer; both complete every request of the batch. */
  interface Carrier {
    CompletableFuture<Reply> send(Batch batch);

    void arrived(Batch batch, @Nullable Reply reply, @Nullable Throwable error);
  }

  private final Carrier carrier;
  private final Throwable overloaded;
  private final Queue<Ask> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private volatile int most = 1;
  private @Nullable Ask deferred;

  Lane(Carrier carrier, Throwable overloaded) {
    this.carrier = carrier;
    this.overloaded = overloaded;
  }

  void submit(Ask ask) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      ask.completeExceptionally(overloaded);
      return;
    }
    queue.add(ask);
    look();
  }

  private void look() {
    if (pending.getAndIncrement() == 0) {
      run();
    }
  }

  private void run() {
    int seen = pending.get();
    for (int round = 0; seen > 0; round++) {
      if (round == MOST_ROUNDS) {
        handOn();
        return;
      }
      Batch batch = underWay.get() < most ? next() : null;
      if (batch == null) {
        seen = pending.addAndGet(-seen);
        continue;
      }
      underWay.incrementAndGet();
      CompletableFuture<Reply> unused =
          send(batch).whenComplete((answer, error) -> ended(batch, answer, error));
    }
  }

  private void handOn() {
    pending.set(0);
    if (underWay.get() == 0) {
      CompletableFuture<Void> unused = CompletableFuture.runAsync(this::look);
    }
  }

  private void ended(Batch batch, @Nullable Reply reply, @Nullable Throwable error) {
    most = error == null ? MOST_UNDER_WAY : 1;
    underWay.decrementAndGet();
    try {
      look();
    } finally {
      carrier.arrived(batch, reply, error);
    }
  }

  private CompletableFuture<Reply> send(Batch batch) {
    try {
      return carrier.send(batch);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private @Nullable Batch next() {
    Batch batch = null;
    while (true) {
      Ask ask = deferred;
      if (ask == null) {
        ask = queue.poll();
        if (ask == null) {
          return batch == null || batch.size() == 0 ? null : batch;
        }
        waiting.decrementAndGet();
      }
      deferred = null;
      if (batch == null) {
        batch = new Batch();
      }
      if (!batch.fits(ask)) {
        deferred = ask;
        return batch;
      }
      if (ask.take()) {
        batch.add(ask);
      }
    }
  }
}
