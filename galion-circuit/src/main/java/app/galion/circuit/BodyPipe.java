package app.galion.circuit;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/* From the client's threads to the one that reads, a few buffers ahead and no more. */
final class BodyPipe implements BodySubscriber<BodyPipe> {

  private static final ByteBuffer END = ByteBuffer.allocate(0);
  private static final int AHEAD = 8;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
  private final CompletableFuture<BodyPipe> self = CompletableFuture.completedFuture(this);
  private Flow.@Nullable Subscription subscription;
  private boolean asked;
  private boolean ended;
  private boolean discarding;

  @SuppressWarnings("ReferenceEquality") // one mark, equal to any empty buffer
  static boolean isEnd(@Nullable ByteBuffer buffer) {
    return buffer == END;
  }

  @Override
  public CompletionStage<BodyPipe> getBody() {
    return self;
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    lock.lock();
    try {
      subscription = source;
    } finally {
      lock.unlock();
    }
    ask();
  }

  private void ask() {
    Flow.Subscription source = null;
    lock.lock();
    try {
      if (!asked && !ended && buffers.size() < AHEAD && subscription != null) {
        asked = true;
        source = subscription;
      }
    } finally {
      lock.unlock();
    }
    if (source != null) {
      source.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> items) {
    lock.lock();
    try {
      asked = false;
      for (ByteBuffer item : items) {
        if (item.hasRemaining() && !discarding) {
          buffers.add(item);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    ask();
  }

  @Override
  public void onError(Throwable error) {
    end();
  }

  @Override
  public void onComplete() {
    end();
  }

  /* No more will come: complete, broken or closed; the exchange knows which. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /* Takes what still comes off the line, so that the connection can serve again. */
  void discard() {
    lock.lock();
    try {
      discarding = true;
      buffers.clear();
    } finally {
      lock.unlock();
    }
    ask();
  }

  /* Null when nothing came in time. */
  @Nullable ByteBuffer poll(long nanos) throws InterruptedException {
    ByteBuffer next;
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (buffers.isEmpty() && !ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      next = buffers.poll();
      if (next == null) {
        return ended ? END : null;
      }
    } finally {
      lock.unlock();
    }
    ask();
    return next;
  }
}
