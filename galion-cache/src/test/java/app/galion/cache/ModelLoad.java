package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A load under way in the model test; what it answers is what the row held when it was read. */
final class ModelLoad {
  final int node;
  final int key;
  final CompletableFuture<@Nullable String> end = new StepFuture<>();

  /** Whether it holds its caller's thread. */
  final boolean here;

  long row = -1;

  /** Before when it does nothing more. */
  long until;

  ModelLoad(int node, int key, boolean here, long now) {
    this.here = here;
    this.node = node;
    this.key = key;
    until = now;
  }

  @Override
  public String toString() {
    return "load of " + key + " on " + "ABC".charAt(node);
  }
}
