package app.galion.ratelimit;

import app.galion.redis.Reply;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * While one call is under way the requests queue up; its end sends them as one call. Whoever sets
 * busy runs the lane until a call is under way or nothing waits; between busy = false and the look at
 * the queue after it no request can be left behind, since a request is queued before busy is tried.
 * An error of any kind ends the batch that it met, never the lane. Where calls fail at once and more
 * requests keep coming, a caller runs the lane for some rounds only and then hands it on, or it would
 * answer others beyond its own deadline.
 */
final class Lane {

  private static final int MOST_WAITING = 8_192;
  private static final int MOST_ROUNDS = 64;

  /** Sends a batch and takes its answer; both complete every request of the batch. */
  interface Carrier {
    CompletableFuture<Reply> send(Batch batch);

    void arrived(Batch batch, @Nullable Reply reply, @Nullable Throwable error);
  }

  private final Carrier carrier;
  private final Throwable overloaded;
  private final Queue<Ask> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean busy = new AtomicBoolean();
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
    if (busy.compareAndSet(false, true)) {
      run();
    }
  }

  private void run() {
    for (int round = 0; ; round++) {
      if (round == MOST_ROUNDS) {
        CompletableFuture<Void> unused = CompletableFuture.runAsync(this::run);
        return;
      }
      Batch batch = next();
      if (batch == null) {
        busy.set(false);
        if (queue.isEmpty() || !busy.compareAndSet(false, true)) {
          return;
        }
        continue;
      }
      CompletableFuture<Reply> reply = send(batch);
      if (!reply.isDone()) {
        CompletableFuture<Reply> unused =
            reply.whenComplete((answer, error) -> ended(batch, answer, error));
        return;
      }
      CompletableFuture<Reply> unused =
          reply.whenComplete((answer, error) -> carrier.arrived(batch, answer, error));
    }
  }

  private void ended(Batch batch, @Nullable Reply reply, @Nullable Throwable error) {
    try {
      run();
    } finally {
      carrier.arrived(batch, reply, error);
    }
  }

  private CompletableFuture<Reply> send(Batch batch) {
    try {
      return carrier.send(batch);
    } catch (RuntimeException e) {
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
