package app.galion.ratelimit;

import java.util.concurrent.CompletableFuture;

/** A decision that Redis is asked for. */
abstract class Question extends CompletableFuture<Decision> {

  /** Says that nobody waits any more: what has not been sent yet is not sent. */
  abstract void giveUp();
}
