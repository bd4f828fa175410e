package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A get under way that others of this process may join, unless its key was written since. */
final class Flight<V> {
  final CompletableFuture<Answer<V>> result = new CompletableFuture<>();
  private volatile @Nullable Ticket ticket;
  private volatile boolean waiting;
  private volatile boolean pending;

  /** Returns the ticket that this one takes the place of, to be closed. */
  @Nullable Ticket onTicket(Ticket current) {
    Ticket before = ticket;
    ticket = current;
    waiting = false;
    return before;
  }

  /** It waits for another node's lease: what it will answer is still to be read. */
  void waits() {
    waiting = true;
  }

  /** Neither at its end nor waiting for another node's lease. */
  boolean mayLoad() {
    return !waiting && !result.isDone();
  }

  /** A load that has begun and holds no thread. */
  void pending() {
    pending = true;
  }

  /** Ends a load that takes too long for those who wait for it. */
  void expire(@Nullable Answer<V> answer, @Nullable Throwable error) {
    end(answer, error);
    if (pending) {
      close();
    }
  }

  boolean joinable() {
    Ticket current = ticket;
    return waiting || current == null || current.bucket.clean(current);
  }

  /** Ends the last ticket, whatever it came to. */
  void close() {
    Ticket last = ticket;
    if (last != null) {
      last.bucket.close(last);
    }
  }

  void end(@Nullable Answer<V> answer, @Nullable Throwable error) {
    if (answer != null) {
      result.complete(answer);
    } else if (error != null) {
      result.completeExceptionally(error);
    }
  }
}
