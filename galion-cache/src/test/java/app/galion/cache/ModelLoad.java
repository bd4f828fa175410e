package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A load under way in the model test; what it answers is what the row held when it was read. */
final class ModelLoad {
  final int node;
  final int key;
  final CompletableFuture<@Nullable String> end = new StepFuture<>();

  /** Whether it is one of a batch, which holds its caller's thread. */
  final boolean ofBatch;

  long row = -1;

  ModelLoad(int node, int key, boolean ofBatch) {
    this.ofBatch = ofBatch;
    this.node = node;
    this.key = key;
  }

  @Override
  public String toString() {
    return "load of " + key + " on " + "ABC".charAt(node);
  }
}
