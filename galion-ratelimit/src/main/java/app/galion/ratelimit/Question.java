package app.galion.ratelimit;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A decision that Redis is asked for. */
abstract class Question extends CompletableFuture<Decision> {

  /** Takes back what has not been sent yet, which ends it. */
  abstract void withdraw();

  /** Ends the question of a caller who waits no more; answers what came just then, else null. */
  final @Nullable Decision giveUp() {
    withdraw();
    boolean ended = completeExceptionally(new CancellationException("the caller has gone"));
    return ended || isCompletedExceptionally() ? null : join();
  }
}
