package app.galion.cache;

import static java.util.function.Function.identity;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A get under way that others of this process may join, unless its key was written since. */
final class Flight<V> {
  final CompletableFuture<Answer<V>> result = new CompletableFuture<>();

  /** What to go on with after the soft timeout; never completed if there is nothing. */
  final CompletableFuture<Answer<V>> soft = new CompletableFuture<>();

  private volatile @Nullable Ticket ticket;
  private volatile long askedAt;
  private volatile boolean waiting;
  private volatile boolean pending;
  private volatile boolean holdsItsCaller;

  /**
   * Returns the ticket that this one takes the place of, to be closed.
   *
   * @param now before what is done under the ticket begins
   */
  @Nullable Ticket onTicket(Ticket current, long now) {
    Ticket before = ticket;
    askedAt = now;
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

  /** Its load cannot leave the thread of its caller: it is one of a batch. */
  void holdItsCaller() {
    holdsItsCaller = true;
  }

  boolean holdsItsCaller() {
    return holdsItsCaller;
  }

  /** The end, or what there is at the soft timeout. */
  CompletableFuture<Answer<V>> orSoft(CompletableFuture<Answer<V>> end) {
    return end.applyToEither(soft, identity());
  }

  /** Ends a load that takes too long for those who wait for it. */
  void expire(@Nullable Answer<V> answer, @Nullable Throwable error) {
    end(answer, error);
    if (pending) {
      close();
    }
  }

  /**
   * Whether someone may join who comes now. That no write was heard of proves nothing for a node
   * that hears nothing: either the proof or the flight itself must be young enough.
   */
  boolean joinable(long now, long silenceLimit) {
    Ticket current = ticket;
    if (waiting || current == null) {
      return true;
    }
    long proof = current.bucket.verifiedAt;
    if (askedAt - proof > 0) {
      proof = askedAt;
    }
    return now - proof <= silenceLimit && current.bucket.clean(current);
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
